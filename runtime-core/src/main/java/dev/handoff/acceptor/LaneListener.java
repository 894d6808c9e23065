package dev.handoff.acceptor;

import dev.handoff.process.spi.Logs;
import dev.handoff.unix.DescriptorReserve;
import dev.handoff.unix.PeerCredentials;
import dev.handoff.unix.Poller;
import dev.handoff.unix.RareLog;
import dev.handoff.unix.SeqPacketSocket;
import dev.handoff.unix.SeqPacketSocket.Received;
import dev.handoff.unix.UnixException;
import dev.handoff.wire.LaneSocket;
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

/**
 * Accepts lanes on the rendezvous socket. A lane belongs to no worker until its hello. Lanes without a hello are limited to
 * {@value #MOST_NEW}, and to 5 s. The acceptor's thread only.
 */
final class LaneListener {
    private static final RareLog LOG = new RareLog(Logs.of(LaneListener.class));
    private static final int BACKLOG = 256;
    private static final int MOST_NEW = 64;
    private static final long HELLO_LIMIT_NANOS = 5_000_000_000L;

    /** Admits a lane that has said hello. */
    interface Admission {
        /**
         * Checks the hello that the lane has just received, from that process.
         *
         * @return false if the lane is not admitted; it is closed then
         */
        boolean admit(LaneSocket lane, int peerPid);
    }

    private record NewLane(LaneSocket channel, PeerCredentials peer, long sinceNanos) {}

    private final List<NewLane> newLanes = new ArrayList<>();
    private final Shortage shortage;
    private SeqPacketSocket socket;

    LaneListener(SeqPacketSocket socket, DescriptorReserve reserve) {
        this.socket = socket;
        this.shortage = new Shortage(reserve);
    }

    /** Opens the rendezvous socket. Any thread. */
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

    /** Accepts lanes on another rendezvous socket from now on. */
    void move(SeqPacketSocket next) {
        socket.close();
        socket = next;
    }

    /** Adds the rendezvous socket and the lanes without a hello to a poll; gives the index of the first. */
    int addTo(Poller poller, long nowNanos) {
        boolean open = newLanes.size() < MOST_NEW && !shortage.isResting(nowNanos);
        int first = poller.add(socket.fd(), open ? Poller.IN : 0);
        newLanes.forEach(lane -> poller.add(lane.channel.fd(), Poller.IN));
        return first;
    }

    /** Whether there is something to do after some time, even if no descriptor becomes ready. */
    boolean isTimed(long nowNanos) {
        return !newLanes.isEmpty() || shortage.isResting(nowNanos);
    }

    /** How many lanes have not said hello yet. */
    int newLaneCount() {
        return newLanes.size();
    }

    /** Admits lanes that have said hello; closes those that said anything else, or nothing within 5 s. */
    void receive(Poller poller, int firstPolled, long nowNanos, Admission admission) {
        int polled = firstPolled + 1;
        for (Iterator<NewLane> each = newLanes.iterator(); each.hasNext(); polled++) {
            NewLane lane = each.next();
            if (poller.isReady(polled) ? readHello(lane, admission) : isOverdue(lane, nowNanos)) {
                each.remove();
            }
        }
        if (poller.isReady(firstPolled)) {
            accept(nowNanos);
        }
    }

    private void accept(long nowNanos) {
        try {
            while (newLanes.size() < MOST_NEW) {
                Optional<SeqPacketSocket> accepted = socket.accept();
                if (accepted.isEmpty()) {
                    return;
                }
                add(new LaneSocket(accepted.get()), nowNanos);
            }
        } catch (UnixException e) {
            shortage.begin(String.valueOf(e.getMessage()), nowNanos);
        }
    }

    private void add(LaneSocket channel, long nowNanos) throws UnixException {
        PeerCredentials peer;
        try {
            peer = channel.peer();
        } catch (UnixException e) {
            channel.close();
            throw e;
        }
        if (peer.isOurs()) {
            newLanes.add(new NewLane(channel, peer, nowNanos));
        } else {
            refuse(channel, peer, "it runs as another user");
        }
    }

    /** Reads the hello; gives true if the lane was admitted or closed. */
    private boolean readHello(NewLane lane, Admission admission) {
        try {
            Received received = lane.channel.receive();
            if (received == Received.NOTHING) {
                return false;
            }
            if (received == Received.END) {
                refuse(lane.channel, lane.peer, "it left without a hello");
            } else if (lane.channel.kind() != LaneSocket.Kind.HELLO) {
                throw new WireException("expected HELLO, found " + lane.channel.kind());
            } else if (!admission.admit(lane.channel, lane.peer.pid())) {
                refuse(lane.channel, lane.peer, "no worker is expected to open this lane");
            }
        } catch (IOException e) {
            refuse(lane.channel, lane.peer, e.getMessage());
        }
        return true;
    }

    private static boolean isOverdue(NewLane lane, long nowNanos) {
        if (nowNanos - lane.sinceNanos < HELLO_LIMIT_NANOS) {
            return false;
        }
        refuse(lane.channel, lane.peer, "it has not said hello within 5 s");
        return true;
    }

    private static void refuse(LaneSocket channel, PeerCredentials peer, @Nullable String reason) {
        LOG.warn("closed a hand-off lane from pid " + peer.pid() + " (uid " + peer.uid() + "): " + reason);
        channel.close();
    }

    void close() {
        newLanes.forEach(lane -> lane.channel.close());
        socket.close();
    }
}
