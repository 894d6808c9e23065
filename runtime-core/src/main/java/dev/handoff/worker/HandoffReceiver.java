package dev.handoff.worker;

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
import org.slf4j.LoggerFactory;

/**
 * The worker's end of a lane: takes the master's frames and gives the connections to one event loop, whose thread alone
 * uses it, and hands connections back.
 *
 * <p>A connection is acknowledged <em>before</em> its first read. Until then the request is whole in the kernel, and the
 * death of this process costs it nothing: the master gives its duplicate to another. After that nobody else can have it.
 * To keep the few in between few, no second frame is taken before the connections of the first had their chance to be
 * read.
 */
public final class HandoffReceiver implements AutoCloseable {
    /** What the event loop does with what comes. Called on its thread. */
    public interface Adopter {
        /**
         * Why a connection cannot be taken now; empty: it can.
         *
         * @param offer stays the caller's
         * @param before how many of the same frame will be adopted before it
         */
        Optional<Refusal> refusal(Offer offer, int before);

        /** Takes a connection over, which is acknowledged: its socket now belongs to the adopter. */
        void adopt(Offer offer);

        /** Accepts from a shared listening socket, which now belongs to the adopter. */
        void listen(int listener, Fd listeningSocket);

        /** Closes the shared listening socket, if there is one. */
        void unlisten(int listener);

        /** No connection will come any more. */
        void drain();

        /** The master has those connections that were handed back under [first, first + count). */
        default void confirmed(long first, int count) {}

        /** Those connections stay: nobody else could serve them. */
        default void returned(long first, int count) {}

        /** This worker has far more connections than others: so many of those that are at rest are to be handed back. */
        default void shed(int count) {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(HandoffReceiver.class);
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
     * Takes what comes on a lane.
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
     * @param lane its index, each once for a rendezvous socket
     */
    static LaneSocket connect(Path rendezvous, Role role, int lane) throws IOException {
        LaneSocket channel = LaneSocket.connect(rendezvous);
        try {
            if (!channel.hello(role.workerId(), lane, role.token())) {
                throw new IOException("cannot say hello on lane " + lane + ": its socket takes nothing");
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
     * A connection has been read from for the first time: the next frame may come, if it was the last frame's.
     *
     * @param broughtBy the number of the frame that brought it
     */
    public void settled(long broughtBy) {
        unsettled &= broughtBy != frame;
    }

    /**
     * Takes at most one frame. To be called whenever the socket is readable.
     *
     * @return false at the end: the master has closed the lane or is gone
     * @throws IOException if the frame is broken, or cannot be answered; the lane is then of no more use
     */
    public boolean receive() throws IOException {
        if (unsettled) {
            unsettled = false;
            return true;
        }
        Received received = channel.receive();
        if (received == Received.MESSAGE) {
            take();
        }
        return received != Received.END;
    }

    private void take() throws IOException {
        switch (channel.kind()) {
            case OFFER, RESUME -> takeOffers();
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
     * Hands a connection back to the master. It keeps its copy of the socket until {@link Adopter#confirmed} or {@link
     * Adopter#returned}, and must not use it meanwhile.
     *
     * @return its number: 0, 1, 2 …; empty if the lane has no room just now
     * @throws IOException if the master's end is gone
     */
    public OptionalLong handBack(HandedBack connection) throws IOException {
        return channel.handBack(handedBack, connection) ? OptionalLong.of(handedBack++) : OptionalLong.empty();
    }

    private void takeOffers() throws IOException {
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
                // A plain close: a shutdown would end the connection for whoever gets it next, too.
                offer.connection().close();
                answered(channel.refuse(sequence, 1, refusal.get()));
            }
        }
        adoptBatch(sequence);
        if (sequence < end) {
            answered(channel.refuse(sequence, (int) (end - sequence), Refusal.NO_DESCRIPTOR));
        }
    }

    /** Without a descriptor to spare nobody is let in: what serves those who are there needs some, too. */
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

    /** Acknowledges and adopts those collected, which are the last before a sequence number. */
    private void adoptBatch(long before) throws IOException {
        if (batched == 0) {
            return;
        }
        int count = batched;
        batched = 0;
        try {
            answered(channel.acknowledge(before - count, count));
        } catch (IOException e) {
            closeBatch(count);
            throw e;
        }
        unsettled = true;
        for (int index = 0; index < count; index++) {
            adopt(batch[index]);
        }
    }

    /** Acknowledged, it is this worker's alone: one that fails must neither stay open for ever nor take others along. */
    private void adopt(Offer offer) {
        try {
            adopter.adopt(offer);
        } catch (RuntimeException e) {
            failures.error("closed the connection from " + offer.peer().decode() + ", which could not be adopted", e);
            offer.connection().close();
        }
    }

    /** Without an acknowledgement they are the master's to give to another: closed unread, without a shutdown. */
    private void closeBatch(int count) {
        for (int index = 0; index < count; index++) {
            batch[index].connection().close();
        }
    }

    /** The credit bounds what is unanswered, and hand-backs leave room for that: no room means a broken master. */
    private static void answered(boolean sent) throws WireException {
        if (!sent) {
            throw new WireException("expected room for an answer on a hand-off lane, found none");
        }
    }

    @Override
    public void close() {
        channel.close();
    }
}
