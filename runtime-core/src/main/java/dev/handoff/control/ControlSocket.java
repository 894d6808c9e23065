package dev.handoff.control;

import dev.handoff.unix.SharedUse;
import dev.handoff.unix.SocketPath;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import jnr.constants.platform.Shutdown;
import jnr.enxio.channels.Native;
import jnr.unixsocket.UnixServerSocketChannel;
import jnr.unixsocket.UnixSocketAddress;
import jnr.unixsocket.UnixSocketChannel;

/** The socket file that control channels connect to. One thread accepts, any may close. */
final class ControlSocket {
    private static final int BACKLOG = 256;

    private final UnixServerSocketChannel socket;
    private final SharedUse use;

    private ControlSocket(UnixServerSocketChannel socket) {
        this.socket = socket;
        this.use = new SharedUse(this::wake, socket::close);
    }

    /**
     * Makes the file.
     *
     * @throws IOException naming the path, if it cannot be listened on
     */
    static ControlSocket listen(Path path) throws IOException {
        UnixServerSocketChannel socket = UnixServerSocketChannel.open();
        try (SocketPath reached = SocketPath.of(path)) {
            socket.socket().bind(new UnixSocketAddress(reached.path().toFile()), BACKLOG);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            return new ControlSocket(socket);
        } catch (IOException e) {
            socket.close();
            throw new IOException("cannot listen on unix:" + path + ": " + e.getMessage(), e);
        }
    }

    private void wake() {
        Native.shutdown(socket.getFD(), Shutdown.SHUT_RD.intValue());
    }

    /**
     * Waits for the next one to connect.
     *
     * @throws ClosedChannelException if this is closed, now or meanwhile
     */
    UnixSocketChannel accept() throws IOException {
        use.begin();
        try {
            return socket.accept();
        } catch (NotYetBoundException e) {
            // What the channel takes EINVAL for, which a socket gives that was shut down: it was woken to be closed.
            throw new ClosedChannelException();
        } finally {
            use.end();
        }
    }

    /** Closes the socket; its file stays. */
    void close() throws IOException {
        use.close();
    }
}
