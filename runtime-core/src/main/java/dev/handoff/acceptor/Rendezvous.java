package dev.handoff.acceptor;

import dev.handoff.unix.DescriptorReserve;
import dev.handoff.unix.PeerCredentials;
import dev.handoff.unix.Poller;
import dev.handoff.unix.RareLog;
import dev.handoff.unix.SeqPacketSocket;
import dev.handoff.unix.SeqPacketSocket.Received;
import dev.handoff.unix.UnixException;
import dev.handoff.wire.HandoffChannel;
import dev.handoff.wire.WireException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Where lanes come in. Whoever connects is a stranger until its hello, and strangers are few and have little time. The
 * acceptor's thread only.
 */
final class Rendezvous {
    private static final RareLog LOG = new RareLog(LoggerFactory.getLogger(Rendezvous.class));
    private static final int BACKLOG = 256;
    private static final int MOST_STRANGERS = 64;
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    /** Decides about a lane that has said hello: takes it, or gives false. */
    interface Doorman {
        /** Looks at the hello that the channel has just received, from that process. */
        boolean admit(HandoffChannel lane, int peerPid);
    }

    private record Stranger(HandoffChannel channel, PeerCredentials peer, long sinceNanos) {}

    private final List<Stranger> strangers = new ArrayList<>();
    private final Shortage shortage;
    private SeqPacketSocket socket;

    Rendezvous(SeqPacketSocket socket, DescriptorReserve reserve) {
        this.socket = socket;
        this.shortage = new Shortage(reserve);
    }

    /** Makes a place to come in. Any thread. */
    static SeqPacketSocket listen(Path path) throws IOException {
        SeqPacketSocket socket = SeqPacketSocket.listen(path, BACKLOG);
        try {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** From now on lanes come in there. */
    void move(SeqPacketSocket next) {
        socket.close();
        socket = next;
    }

    /** Adds the door and those who stand in it to a poll. */
    int addTo(Poller poller, long nowNanos) {
        boolean open = strangers.size() < MOST_STRANGERS && !shortage.isResting(nowNanos);
        int first = poller.add(socket.fd(), open ? Poller.IN : 0);
        strangers.forEach(stranger -> poller.add(stranger.channel.fd(), Poller.IN));
        return first;
    }

    /** Whether something is to be done when some time has passed. */
    boolean isTimed(long nowNanos) {
        return !strangers.isEmpty() || shortage.isResting(nowNanos);
    }

    /** How many have not said hello yet. */
    int strangerCount() {
        return strangers.size();
    }

    /** Lets those in who have said hello, sends those away who said anything else or nothing for too long. */
    void receive(Poller poller, int firstPolled, long nowNanos, Doorman doorman) {
        int polled = firstPolled + 1;
        for (Iterator<Stranger> each = strangers.iterator(); each.hasNext(); polled++) {
            Stranger stranger = each.next();
            if (poller.isReady(polled) ? hear(stranger, doorman) : isOverdue(stranger, nowNanos)) {
                each.remove();
            }
        }
        if (poller.isReady(firstPolled)) {
            open(nowNanos);
        }
    }

    private void open(long nowNanos) {
        try {
            while (strangers.size() < MOST_STRANGERS) {
                Optional<SeqPacketSocket> accepted = socket.accept();
                if (accepted.isEmpty()) {
                    return;
                }
                welcome(new HandoffChannel(accepted.get()), nowNanos);
            }
        } catch (UnixException e) {
            shortage.begin(String.valueOf(e.getMessage()), nowNanos);
        }
    }

    private void welcome(HandoffChannel channel, long nowNanos) throws UnixException {
        PeerCredentials peer;
        try {
            peer = channel.peer();
        } catch (UnixException e) {
            channel.close();
            throw e;
        }
        if (peer.isOurs()) {
            strangers.add(new Stranger(channel, peer, nowNanos));
        } else {
            sendAway(channel, peer, "it runs as another user");
        }
    }

    /** Gives true if the stranger is none any more. */
    private boolean hear(Stranger stranger, Doorman doorman) {
        try {
            Received received = stranger.channel.receive();
            if (received == Received.NOTHING) {
                return false;
            }
            if (received == Received.END) {
                sendAway(stranger.channel, stranger.peer, "it left without a hello");
            } else if (stranger.channel.kind() != HandoffChannel.Kind.HELLO) {
                throw new WireException("expected HELLO, found " + stranger.channel.kind());
            } else if (!doorman.admit(stranger.channel, stranger.peer.pid())) {
                sendAway(stranger.channel, stranger.peer, "it is no lane that any worker is expected to open");
            }
        } catch (IOException e) {
            sendAway(stranger.channel, stranger.peer, e.getMessage());
        }
        return true;
    }

    private static boolean isOverdue(Stranger stranger, long nowNanos) {
        if (nowNanos - stranger.sinceNanos < PATIENCE_NANOS) {
            return false;
        }
        sendAway(stranger.channel, stranger.peer, "it has not said hello within 5 s");
        return true;
    }

    private static void sendAway(HandoffChannel channel, PeerCredentials peer, @Nullable String reason) {
        LOG.warn("closed a hand-off lane from pid " + peer.pid() + " (uid " + peer.uid() + "): " + reason);
        channel.close();
    }

    void close() {
        strangers.forEach(stranger -> stranger.channel.close());
        socket.close();
    }
}
