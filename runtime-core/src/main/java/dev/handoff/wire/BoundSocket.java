package dev.handoff.wire;

import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.ListenAddress.Family;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.unix.ListeningSocket;
import dev.handoff.unix.OwnFile;
import dev.handoff.unix.SocketFd;
import dev.handoff.unix.UnixException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A listening socket, opened according to options.
 *
 * @param socket the holder of this record owns it
 * @param address where it really listens, with the port that the kernel chose
 * @param file the file of a Unix path; it must be removed before the socket is closed
 */
public record BoundSocket(ListeningSocket socket, ListenAddress address, Optional<OwnFile> file) {
    /**
     * Opens a socket.
     *
     * @throws IOException naming the address and the reason
     */
    public static BoundSocket open(ListenOptions options) throws IOException {
        if (options.descriptor().isPresent()) {
            return at(ListeningSocket.ofNumber(options.descriptor().getAsInt(), options.backlog()));
        }
        return options.path().isPresent()
                ? openPath(options, options.path().get().toAbsolutePath())
                : at(Interfaces.bind(options, address -> bind(address, options)));
    }

    /** Asks it where it listens. */
    private static BoundSocket at(ListeningSocket socket) throws UnixException {
        try {
            return new BoundSocket(socket, address(socket), Optional.empty());
        } catch (UnixException e) {
            socket.close();
            throw e;
        }
    }

    private static ListenAddress address(ListeningSocket socket) throws UnixException {
        if (socket.localAddress() instanceof InetSocketAddress local) {
            return Interfaces.address(local, Family.IPV4, Family.IPV6);
        }
        return new ListenAddress(Family.UNIX, SocketFd.localPath(socket.fd()), -1);
    }

    private static BoundSocket openPath(ListenOptions options, Path path) throws IOException {
        ListeningSocket socket = ListeningSocket.bind(path, options.backlog());
        Optional<OwnFile> file = Optional.empty();
        try {
            file = OwnFile.at(path);
            if (!options.permissions().isEmpty()) {
                Files.setPosixFilePermissions(path, options.permissions());
            }
            return new BoundSocket(socket, new ListenAddress(Family.UNIX, path.toString(), -1), file);
        } catch (IOException e) {
            if (file.isPresent()) {
                file.get().remove();
            }
            socket.close();
            throw e;
        }
    }

    private static ListeningSocket bind(InetSocketAddress address, ListenOptions options) throws UnixException {
        return ListeningSocket.bind(address, options.backlog(), options.ipv6Only(), options.isReusePort());
    }
}
