package dev.handoff.wire;

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
import org.slf4j.LoggerFactory;

/**
 * Where a parent waits for the channel of one child: a JVM's children inherit no descriptor but 0, 1 and 2. It is a socket in a
 * directory that only this user can enter, and it is gone as soon as the child has come, or will come no more.
 *
 * <pre>
 *    0        1         2            8                16
 *   ┌────────┬─────────┬────────────┬────────────────┬───────────────┐
 *   │ 0      │ version │ 0          │ token, high u64│ token, low u64│   the child's hello
 *   └────────┴─────────┴────────────┴────────────────┴───────────────┘
 * </pre>
 */
public final class ChannelDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChannelDoor.class);
    private static final RareLog STRANGERS = new RareLog(LOG);
    private static final int VERSION = 1;
    private static final int HELLO = 24;
    private static final int BACKLOG = 8;

    private final Invitation invitation;
    private final Optional<Path> directory;
    private final SeqPacketSocket listener;
    private final Thread atEnd = new Thread(null, this::removeFiles, "handoff-door", 0, false);

    private ChannelDoor(Path path, Optional<Path> directory) throws IOException {
        long pid = ProcessHandle.current().pid();
        this.invitation = new Invitation(pid, Role.startOf(pid), Token.random(), path);
        this.directory = directory;
        this.listener = SeqPacketSocket.listen(path, BACKLOG);
    }

    /** Opens one, in a directory of its own. */
    public static ChannelDoor open() throws IOException {
        Path directory = SocketDirectory.create();
        try {
            ChannelDoor door = new ChannelDoor(directory.resolve("channel"), Optional.of(directory));
            door.removeFilesAtEnd();
            return door;
        } catch (IOException e) {
            RuntimeFiles.remove(directory);
            throw e;
        }
    }

    /** Of this process, which may end before the child has come. */
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
            LOG.debug("{} is removed twice: this process is ending", invitation.socket(), e);
        }
    }

    /** Opens one at a path in a directory that nobody else can enter. */
    public static ChannelDoor at(Path path) throws IOException {
        return new ChannelDoor(path, Optional.empty());
    }

    /** Writes what the child is to know that is no worker; it is removed with the socket. */
    public RoleFile invite() throws IOException {
        return RoleFile.write(roleFile(), 0, invitation.toMap());
    }

    private Path roleFile() {
        return invitation.socket().resolveSibling("role");
    }

    /** Writes what the child is to know that is a worker; it is the master's to remove if the child has not read it. */
    public RoleFile invite(Role role) throws IOException {
        Map<String, String> words = new HashMap<>(role.toMap());
        words.putAll(invitation.toMap());
        return RoleFile.write(new RuntimePaths(role.directory()).role(role.workerId()), role.workerId(), words);
    }

    /** Waits for the child with that process id; a {@link MessageChannel.Connector}. The door is closed behind it. */
    public @Nullable SeqPacketSocket admit(long pid, WakeUp woken, BooleanSupplier unwanted) throws IOException {
        try (this) {
            Poller poller = new Poller();
            while (true) {
                // First the look, then the question: a child that came and is gone again has left something to read.
                boolean last = unwanted.getAsBoolean();
                Optional<SeqPacketSocket> guest = listener.accept();
                if (guest.isPresent() && isTheChild(guest.get(), pid, woken, unwanted)) {
                    return guest.get();
                }
                if (guest.isEmpty() && last) {
                    return null;
                }
                if (guest.isEmpty()) {
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

    private boolean isTheChild(SeqPacketSocket guest, long pid, WakeUp woken, BooleanSupplier unwanted)
            throws IOException {
        boolean welcome = false;
        try {
            PeerCredentials peer = guest.peer();
            welcome = peer.isOurs() && peer.pid() == pid && saysHello(guest, woken, unwanted);
            if (!welcome && !unwanted.getAsBoolean()) {
                STRANGERS.warn("closed a channel from pid " + peer.pid() + " (uid " + peer.uid() + "): pid " + pid
                        + " is expected, with its token");
            }
            return welcome;
        } finally {
            if (!welcome) {
                guest.close();
            }
        }
    }

    private boolean saysHello(SeqPacketSocket guest, WakeUp woken, BooleanSupplier unwanted) throws IOException {
        DescriptorMessage hello = new DescriptorMessage(1, HELLO);
        Poller poller = new Poller();
        Received received = guest.receive(hello);
        while (received == Received.NOTHING && !unwanted.getAsBoolean()) {
            await(poller, guest, woken);
            received = guest.receive(hello);
        }
        hello.closeUntaken();
        return received == Received.MESSAGE
                && hello.receivedLength() == HELLO
                && hello.getByte(0) == 0
                && hello.getByte(1) == VERSION
                && new Token(hello.getLong(8), hello.getLong(16)).equals(invitation.token());
    }

    /** Whether this process was forked with a channel to its parent. */
    public static boolean isThere() {
        return invitation().isPresent();
    }

    /**
     * Connects this process to the parent that forked it.
     *
     * @return nothing if the parent is gone or wants it no more
     * @throws IOException if this process cannot connect
     */
    public static Optional<SeqPacketSocket> toParent() throws IOException {
        Optional<Invitation> invitation = invitation();
        return invitation.isEmpty() ? Optional.empty() : connect(invitation.get());
    }

    private static Optional<Invitation> invitation() {
        long parent = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
        return Invitation.of(RoleFile.ofThisProcess(), parent);
    }

    private static Optional<SeqPacketSocket> connect(Invitation invitation) throws IOException {
        SeqPacketSocket socket = null;
        try {
            socket = SeqPacketSocket.connect(invitation.socket());
            sayHello(socket, invitation);
            return Optional.of(socket);
        } catch (IOException e) {
            if (socket != null) {
                socket.close();
            }
            if (isClosed(e)) {
                LOG.debug("pid {} wants no channel any more", invitation.parentPid(), e);
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Before it was reached, or with this process in front of it. */
    private static boolean isClosed(IOException failure) {
        return failure instanceof UnixException refusal
                && (refusal.is(Errno.ENOENT)
                        || refusal.is(Errno.ECONNREFUSED)
                        || refusal.is(Errno.EPIPE)
                        || refusal.is(Errno.ECONNRESET));
    }

    private static void sayHello(SeqPacketSocket socket, Invitation invitation) throws IOException {
        DescriptorMessage hello = new DescriptorMessage(1, HELLO);
        hello.putLong(0, 0);
        hello.putByte(1, (byte) VERSION);
        hello.putLong(8, invitation.token().high());
        hello.putLong(16, invitation.token().low());
        if (!socket.send(hello, HELLO, 0)) {
            throw new IOException("cannot say hello to pid " + invitation.parentPid() + ": its socket takes nothing");
        }
    }

    /** Takes the socket away. Idempotent. */
    @Override
    public void close() {
        listener.close();
        forgetEnd();
        removeFiles();
    }

    private void removeFiles() {
        try {
            RuntimeFiles.remove(invitation.socket());
            RuntimeFiles.remove(roleFile());
            if (directory.isPresent()) {
                RuntimeFiles.remove(directory.get());
            }
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", invitation.socket(), e.toString());
        }
    }
}
