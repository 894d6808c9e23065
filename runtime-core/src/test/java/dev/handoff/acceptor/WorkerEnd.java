package dev.handoff.acceptor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.unix.BorrowedFd;
import dev.handoff.unix.Poller;
import dev.handoff.unix.SeqPacketSocket.Received;
import dev.handoff.wire.HandedBack;
import dev.handoff.wire.LaneSocket;
import dev.handoff.wire.LaneSocket.Kind;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Progress;
import dev.handoff.wire.Refusal;
import dev.handoff.wire.Token;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A worker's end of a lane, which does what the test says: the master under test cannot tell it from a real one. */
final class WorkerEnd implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    /** A connection that came, with its number. */
    record Taken(long sequence, Offer offer) implements AutoCloseable {
        int clientPort() {
            return ((InetSocketAddress) offer.peer().decode()).getPort();
        }

        @Override
        public void close() {
            offer.connection().close();
        }
    }

    private final LaneSocket channel;
    private final Poller poller = new Poller();
    private final List<Taken> taken = new ArrayList<>();

    WorkerEnd(Path rendezvous, int workerId, int lane, Token token) throws IOException {
        channel = LaneSocket.connect(rendezvous);
        channel.hello(workerId, lane, token);
    }

    LaneSocket channel() {
        return channel;
    }

    /** Waits for the next frame, or the end. */
    Received receive() throws IOException {
        poller.clear();
        poller.add(channel.fd(), Poller.IN);
        assertThat(poller.poll(PATIENCE_MILLIS)).as("a frame within 20 s").isOne();
        return channel.receive();
    }

    void expect(Kind kind) throws IOException {
        assertThat(receive()).isEqualTo(Received.MESSAGE);
        assertThat(channel.kind()).isEqualTo(kind);
    }

    void expectEnd() throws IOException {
        assertThat(receive()).isEqualTo(Received.END);
    }

    void expectNothing() throws IOException {
        assertThat(channel.receive()).isEqualTo(Received.NOTHING);
    }

    /** How many connections it was given so far. */
    int holds() {
        return taken.size();
    }

    /** Waits for a frame of connections. */
    List<Taken> takeFrame() throws IOException {
        expect(Kind.OFFER);
        return takeOffers();
    }

    /** Waits for a connection that another worker has handed back. */
    Taken takeResumed() throws IOException {
        expect(Kind.RESUME);
        return takeOffers().get(0);
    }

    /** Waits for a frame of connections that are new, or for one that another worker has handed back. */
    List<Taken> takeNewOrResumed() throws IOException {
        assertThat(receive()).isEqualTo(Received.MESSAGE);
        assertThat(channel.kind()).isIn(Kind.OFFER, Kind.RESUME);
        return takeOffers();
    }

    /** Hands a connection back; its copy stays open. */
    void handBack(long number, Taken connection, @Nullable Progress progress) throws IOException {
        Offer offer = connection.offer();
        channel.handBack(
                number,
                new HandedBack(
                        new BorrowedFd(offer.connection().number()),
                        offer.listener(),
                        offer.peer(),
                        offer.acceptedMillis(),
                        progress));
    }

    /** Takes the connections of the frame that was received last. */
    List<Taken> takeOffers() {
        List<Taken> frame = new ArrayList<>();
        for (int index = 0; index < channel.arrived(); index++) {
            frame.add(new Taken(channel.firstSequence() + index, channel.releaseOffer(index)));
        }
        taken.addAll(frame);
        return frame;
    }

    /** Waits for as many connections, in however many frames. */
    List<Taken> take(int count) throws IOException {
        List<Taken> all = new ArrayList<>();
        while (all.size() < count) {
            all.addAll(takeFrame());
        }
        assertThat(all).hasSize(count);
        return all;
    }

    /** Takes what there is, acknowledges and closes it; gives how many that were. */
    int serveWhatThereIs() throws IOException {
        int served = 0;
        while (channel.receive() == Received.MESSAGE) {
            List<Taken> frame = takeOffers();
            channel.acknowledge(frame.get(0).sequence(), frame.size());
            frame.forEach(Taken::close);
            served += frame.size();
        }
        return served;
    }

    void acknowledge(List<Taken> connections) throws IOException {
        for (Taken each : connections) {
            channel.acknowledge(each.sequence(), 1);
        }
    }

    void refuse(Taken connection) throws IOException {
        connection.close();
        channel.refuse(connection.sequence(), 1, Refusal.FULL);
    }

    /** What the kernel does for a process that is killed. */
    @Override
    public void close() {
        taken.forEach(Taken::close);
        channel.close();
    }
}
