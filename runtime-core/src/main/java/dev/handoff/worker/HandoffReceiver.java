package dev.handoff.worker;

import dev.handoff.process.spi.Logs;
import dev.handoff.unix.DescriptorReserve;
import dev.handoff.unix.Fd;
import dev.handoff.unix.RareLog;
import dev.handoff.unix.SeqPacketSocket.Received;
import dev.handoff.wire.HandedBack;
import dev.handoff.wire.LaneSocket;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Refusal;
import dev.handoff.wire.Role;
import dev.handoff.wire.WireException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;

/**
 * The worker's end of a lane. It receives the master's frames, gives the connections to one event loop to adopt, and hands connections
 * back. Only the event loop's thread uses it.
 *
 * <p>A connection is acknowledged <em>before</em> its first read. Until then the request is whole in the kernel, and the death of this
 * process loses nothing: the master gives its duplicate to another worker. After the acknowledgement no other worker can get it. To keep
 * those few that are acknowledged and not read, no second frame is received before the connections of the first had their chance to be
 * read.
 */
public final class HandoffReceiver implements AutoCloseable {
    /** What the event loop does with the master's frames. Called on its thread. */
    public interface Adopter {
        /**
         * Why a connection is refused; empty: it is not.
         *
         * @param offer stays the caller's
         * @param before how many of the same frame will be adopted before it
         */
        Optional<Refusal> refusal(Offer offer, int before);

        /** Adopts a connection, which is acknowledged: the adopter owns its socket from here on. */
        void adopt(Offer offer);

        /** Begins to accept from a shared listening socket, which the adopter owns from here on. */
        void listen(int listener, Fd listeningSocket);

        /** Closes the shared listening socket, if there is one. */
        void unlisten(int listener);

        /** No more connections will be offered. */
        void drain();

        /** The master has the connections that were handed back under [first, first + count). */
        default void confirmed(long first, int count) {}

        /** The connections under these numbers are this worker's again: no other worker can serve them. */
        default void returned(long first, int count) {}

        /** This worker has far more connections than others: hand back that many that are at rest. */
        default void shed(int count) {}
    }

    private static final Logger LOG = Logs.of(HandoffReceiver.class);
    private static final Optional<Refusal> NO_DESCRIPTOR = Optional.of(Refusal.NO_DESCRIPTOR);

    private final LaneSocket channel;
    private final Adopter adopter;
    private final DescriptorReserve reserve;
    private final RareLog shortages = new RareLog(LOG);
    private final RareLog failures = new RareLog(LOG);
    private final Offer[] batch = new Offer[LaneSocket.MAX_OFFERS];
    private int batched;
    private long frame;
    private boolean unsettled;
    private long handedBack;

    /**
     * Takes ownership of a lane.
     *
     * @param reserve of this process: while it is spent, connections are refused
     */
    HandoffReceiver(LaneSocket channel, Adopter adopter, DescriptorReserve reserve) {
        this.channel = channel;
        this.adopter = adopter;
        this.reserve = reserve;
    }

    /**
     * Opens a lane; blocks until it is connected.
     *
     * @param lane its index; each may be opened once
     */
    static LaneSocket connect(Path rendezvous, Role role, int lane) throws IOException {
        LaneSocket channel = LaneSocket.connect(rendezvous);
        try {
            if (!channel.hello(role.workerId(), lane, role.token())) {
                throw new IOException("cannot say hello on lane " + lane + ": its socket has no room");
            }
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** The socket to poll for reading; this object stays its owner. */
    public Fd fd() {
        return channel.fd();
    }

    /** The number of the last frame that brought connections: 1, 2, 3 … */
    public long frame() {
        return frame;
    }

    /**
     * A connection has been read from for the first time. If the last frame brought it, the next frame may be received.
     *
     * @param broughtBy the number of the frame that brought it
     */
    public void settled(long broughtBy) {
        unsettled &= broughtBy != frame;
    }

    /**
     * Receives at most one frame. Must be called whenever the socket is readable.
     *
     * @return false at the end: the master has closed the lane or is gone
     * @throws IOException if the frame is invalid, or cannot be answered; the lane is of no more use then
     */
    public boolean receive() throws IOException {
        if (unsettled) {
            unsettled = false;
            return true;
        }
        Received received = channel.receive();
        if (received == Received.MESSAGE) {
            handle();
        }
        return received != Received.END;
    }

    private void handle() throws IOException {
        switch (channel.kind()) {
            case OFFER, RESUME -> receiveOffers();
            case LISTEN -> adopter.listen(channel.listener(), channel.releaseListeningSocket());
            case UNLISTEN -> adopter.unlisten(channel.listener());
            case DRAIN -> adopter.drain();
            case CONFIRM -> {
                checkHandedBack();
                adopter.confirmed(channel.firstSequence(), channel.count());
            }
            case RETURN -> {
                checkHandedBack();
                adopter.returned(channel.firstSequence(), channel.count());
            }
            case SHED -> adopter.shed(channel.count());
            default -> throw new WireException("expected a frame of a master's, found " + channel.kind());
        }
    }

    private void checkHandedBack() throws WireException {
        long first = channel.firstSequence();
        if (first < 0 || channel.count() < 1 || first > handedBack - channel.count()) {
            throw new WireException("expected an answer to one of the " + handedBack
                    + " connections that were handed back, found one to " + channel.count() + " from " + first + " on");
        }
    }

    /**
     * Hands a connection back to the master. The caller's copy of the socket stays open until {@link Adopter#confirmed} or {@link
     * Adopter#returned}, and must not be used meanwhile.
     *
     * @return its number: 0, 1, 2 …; empty if the lane has no room just now
     * @throws IOException if the master's end is gone
     */
    public OptionalLong handBack(HandedBack connection) throws IOException {
        return channel.handBack(handedBack, connection) ? OptionalLong.of(handedBack++) : OptionalLong.empty();
    }

    private void receiveOffers() throws IOException {
        frame++;
        long sequence = channel.firstSequence();
        long end = sequence + channel.count();
        int arrived = channel.arrived();
        boolean shortage = isShort(arrived < channel.count());
        for (int index = 0; index < arrived; index++, sequence++) {
            Offer offer = channel.releaseOffer(index);
            Optional<Refusal> refusal = shortage ? NO_DESCRIPTOR : adopter.refusal(offer, batched);
            if (refusal.isEmpty()) {
                batch[batched++] = offer;
            } else {
                adoptBatch(sequence);
                // A plain close: a shutdown would end the connection for the next worker too.
                offer.connection().close();
                mustBeSent(channel.refuse(sequence, 1, refusal.get()));
            }
        }
        adoptBatch(sequence);
        if (sequence < end) {
            mustBeSent(channel.refuse(sequence, (int) (end - sequence), Refusal.NO_DESCRIPTOR));
        }
    }

    /** Without a descriptor to spare connections are refused, because those that are open need some too. */
    private boolean isShort(boolean lost) {
        if (lost) {
            reserve.spend();
        }
        boolean enough = reserve.isWhole() || reserve.refill();
        if (!enough) {
            shortages.warn("no descriptor is free: this worker refuses connections until some are");
        }
        return !enough;
    }

    /** Acknowledges and adopts the collected connections, which are the last before a sequence number. */
    private void adoptBatch(long before) throws IOException {
        if (batched == 0) {
            return;
        }
        int count = batched;
        batched = 0;
        try {
            mustBeSent(channel.acknowledge(before - count, count));
        } catch (IOException e) {
            closeBatch(count);
            throw e;
        }
        unsettled = true;
        for (int index = 0; index < count; index++) {
            adopt(batch[index]);
        }
    }

    /** An acknowledged connection is this worker's alone. If it fails it must not stay open for ever, nor stop the others. */
    private void adopt(Offer offer) {
        try {
            adopter.adopt(offer);
        } catch (RuntimeException e) {
            failures.error("closed the connection from " + offer.peer().decode() + ", which could not be adopted", e);
            offer.connection().close();
        }
    }

    /** Without an acknowledgement the master may give them to another worker: they are closed unread, without a shutdown. */
    private void closeBatch(int count) {
        for (int index = 0; index < count; index++) {
            batch[index].connection().close();
        }
    }

    /** Credit limits what is unanswered, and hand-backs leave room for the answers: if there is no room, the master is broken. */
    private static void mustBeSent(boolean sent) throws WireException {
        if (!sent) {
            throw new WireException("expected room for an answer on a hand-off lane, found none");
        }
    }

    @Override
    public void close() {
        channel.close();
    }
}
