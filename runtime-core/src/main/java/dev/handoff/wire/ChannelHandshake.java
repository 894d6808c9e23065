package dev.handoff.wire;

import dev.handoff.process.spi.Logs;
import dev.handoff.unix.DescriptorMessage;
import dev.handoff.unix.PeerCredentials;
import dev.handoff.unix.Poller;
import dev.handoff.unix.RareLog;
import dev.handoff.unix.SeqPacketSocket;
import dev.handoff.unix.SeqPacketSocket.Received;
import dev.handoff.unix.UnixException;
import dev.handoff.unix.WakeUp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import jnr.constants.platform.Errno;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Connects the message channel between a parent and one child. A JVM's children inherit no descriptor but 0, 1 and 2, so the
 * child connects to a socket of the parent. The socket is in a directory that only this user can enter. It is removed when the
 * child has connected, or when the parent gives up.
 *
 * <pre>
 *    0        1         2            8                16
 *   ┌────────┬─────────┬────────────┬────────────────┬───────────────┐
 *   │ 0      │ version │ 0          │ token, high u64│ token, low u64│   the child's hello
 *   └────────┴─────────┴────────────┴────────────────┴───────────────┘
 * </pre>
 */
public final class ChannelHandshake implements AutoCloseable {
    private static final Logger LOG = Logs.of(ChannelHandshake.class);
    private static final RareLog REFUSED = new RareLog(LOG);
    private static final int VERSION = 1;
    private static final int HELLO = 24;
    private static final int BACKLOG = 8;

    private final ParentAddress address;
    private final Optional<Path> directory;
    private final SeqPacketSocket listener;
    private final Thread atEnd = new Thread(null, this::removeFiles, "handoff-handshake", 0, false);

    private ChannelHandshake(Path path, Optional<Path> directory) throws IOException {
        long pid = ProcessHandle.current().pid();
        this.address = new ParentAddress(pid, Role.startOf(pid), Token.random(), path);
        this.directory = directory;
        this.listener = SeqPacketSocket.listen(path, BACKLOG);
    }

    /** Opens a socket for the child, in a directory of its own. */
    public static ChannelHandshake open() throws IOException {
        Path directory = SocketDirectory.create();
        try {
            ChannelHandshake handshake = new ChannelHandshake(directory.resolve("channel"), Optional.of(directory));
            handshake.removeFilesAtEnd();
            return handshake;
        } catch (IOException e) {
            RuntimeFiles.remove(directory);
            throw e;
        }
    }

    /** This process may end before the child has connected. */
    private void removeFilesAtEnd() throws IOException {
        try {
            Runtime.getRuntime().addShutdownHook(atEnd);
        } catch (IllegalStateException e) {
            close();
            throw new IOException("this process is ending", e);
        }
    }

    private void forgetEnd() {
        try {
            Runtime.getRuntime().removeShutdownHook(atEnd);
        } catch (IllegalStateException e) {
            LOG.debug("{} is removed twice: this process is ending", address.socket(), e);
        }
    }

    /** Opens a socket for the child, at a path in a directory that only this user can enter. */
    public static ChannelHandshake at(Path path) throws IOException {
        return new ChannelHandshake(path, Optional.empty());
    }

    /** Writes the role file of a child that is no worker. It is removed with the socket. */
    public RoleFile writeRole() throws IOException {
        return RoleFile.write(roleFile(), 0, address.toMap());
    }

    private Path roleFile() {
        return address.socket().resolveSibling("role");
    }

    /** Writes the role file of a child that is a worker. The master must remove it if the child has not read it. */
    public RoleFile writeRole(Role role) throws IOException {
        Map<String, String> words = new HashMap<>(role.toMap());
        words.putAll(address.toMap());
        return RoleFile.write(new RuntimePaths(role.directory()).role(role.workerId()), role.workerId(), words);
    }

    /**
     * Waits for the child with that process id, and closes this. A {@link MessageChannel.Connector}.
     *
     * @return null if the child has not connected, and is unwanted now
     */
    public @Nullable SeqPacketSocket awaitChild(long pid, WakeUp woken, BooleanSupplier unwanted) throws IOException {
        try (this) {
            Poller poller = new Poller();
            while (true) {
                // Asked before the accept: a child that has connected and ended since has left messages to read.
                boolean last = unwanted.getAsBoolean();
                Optional<SeqPacketSocket> accepted = listener.accept();
                if (accepted.isPresent() && isTheChild(accepted.get(), pid, woken, unwanted)) {
                    return accepted.get();
                }
                if (accepted.isEmpty() && last) {
                    return null;
                }
                if (accepted.isEmpty()) {
                    await(poller, listener, woken);
                }
            }
        }
    }

    private static void await(Poller poller, SeqPacketSocket socket, WakeUp woken) throws IOException {
        poller.clear();
        int wake = poller.add(woken.fd(), Poller.IN);
        poller.add(socket.fd(), Poller.IN);
        poller.poll(-1);
        if (poller.isReady(wake)) {
            woken.reset();
        }
    }

    private boolean isTheChild(SeqPacketSocket peerSocket, long pid, WakeUp woken, BooleanSupplier unwanted)
            throws IOException {
        boolean isChild = false;
        try {
            PeerCredentials peer = peerSocket.peer();
            isChild = peer.isOurs() && peer.pid() == pid && saysHello(peerSocket, woken, unwanted);
            if (!isChild && !unwanted.getAsBoolean()) {
                REFUSED.warn("closed a channel from pid " + peer.pid() + " (uid " + peer.uid() + "): pid " + pid
                        + " is expected, with its token");
            }
            return isChild;
        } finally {
            if (!isChild) {
                peerSocket.close();
            }
        }
    }

    private boolean saysHello(SeqPacketSocket peerSocket, WakeUp woken, BooleanSupplier unwanted) throws IOException {
        DescriptorMessage hello = new DescriptorMessage(1, HELLO);
        Poller poller = new Poller();
        Received received = peerSocket.receive(hello);
        while (received == Received.NOTHING && !unwanted.getAsBoolean()) {
            await(poller, peerSocket, woken);
            received = peerSocket.receive(hello);
        }
        hello.closeUnreleased();
        return received == Received.MESSAGE
                && hello.receivedLength() == HELLO
                && hello.getByte(0) == 0
                && hello.getByte(1) == VERSION
                && new Token(hello.getLong(8), hello.getLong(16)).equals(address.token());
    }

    /** Whether this process was forked with a channel to its parent. */
    public static boolean hasParent() {
        return parentAddress().isPresent();
    }

    /**
     * Connects this process to the parent that forked it.
     *
     * @return empty if the parent is gone, or has given up
     * @throws IOException if this process cannot connect
     */
    public static Optional<SeqPacketSocket> connectToParent() throws IOException {
        Optional<ParentAddress> parent = parentAddress();
        return parent.isEmpty() ? Optional.empty() : connect(parent.get());
    }

    private static Optional<ParentAddress> parentAddress() {
        long parent = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
        return ParentAddress.of(RoleFile.ofThisProcess(), parent);
    }

    private static Optional<SeqPacketSocket> connect(ParentAddress parent) throws IOException {
        SeqPacketSocket socket = null;
        try {
            socket = SeqPacketSocket.connect(parent.socket());
            sayHello(socket, parent);
            return Optional.of(socket);
        } catch (IOException e) {
            if (socket != null) {
                socket.close();
            }
            if (isClosed(e)) {
                LOG.debug("pid {} has closed the socket for this channel", parent.parentPid(), e);
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Whether the parent closed its socket before this process connected, or before it accepted the connection. */
    private static boolean isClosed(IOException failure) {
        return failure instanceof UnixException refusal
                && (refusal.is(Errno.ENOENT)
                        || refusal.is(Errno.ECONNREFUSED)
                        || refusal.is(Errno.EPIPE)
                        || refusal.is(Errno.ECONNRESET));
    }

    private static void sayHello(SeqPacketSocket socket, ParentAddress parent) throws IOException {
        DescriptorMessage hello = new DescriptorMessage(1, HELLO);
        hello.putLong(0, 0);
        hello.putByte(1, (byte) VERSION);
        hello.putLong(8, parent.token().high());
        hello.putLong(16, parent.token().low());
        if (!socket.send(hello, HELLO, 0)) {
            throw new IOException("cannot say hello to pid " + parent.parentPid() + ": its socket has no room");
        }
    }

    /** Removes the socket. Idempotent. */
    @Override
    public void close() {
        listener.close();
        forgetEnd();
        removeFiles();
    }

    private void removeFiles() {
        try {
            RuntimeFiles.remove(address.socket());
            RuntimeFiles.remove(roleFile());
            if (directory.isPresent()) {
                RuntimeFiles.remove(directory.get());
            }
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", address.socket(), e.toString());
        }
    }
}
