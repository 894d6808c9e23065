package dev.handoff.wire;

import dev.handoff.process.MessageException;
import dev.handoff.process.spi.Logs;
import dev.handoff.unix.DescriptorMessage;
import dev.handoff.unix.Fd;
import dev.handoff.unix.SeqPacketSocket;
import dev.handoff.unix.UnixException;
import dev.handoff.unix.WakeUp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The messages to send over a channel, in order and bounded. The sender's thread writes as much of a message as the kernel has room
 * for; the channel's own thread writes the rest. A message that follows another within {@value #CROWD_NANOS} ns waits for that thread
 * too, which then sends several together. Messages also wait before there is a connection.
 *
 * <pre>
 *   open ─▶ finishing ──all is sent──▶ (its own direction is ended)
 *     └───▶ closing ────all is sent──▶ over
 * </pre>
 *
 * Any thread may call.
 */
final class Outbox {
    private static final Logger LOG = Logs.of(Outbox.class);

    /** A message that follows another sooner is probably one of many: they are sent together. */
    private static final long CROWD_NANOS = 20_000;

    private static final class Outgoing {
        private final Envelope message;
        private final CompletableFuture<Void> written = new CompletableFuture<>();
        private int sent;
        private boolean begun;

        Outgoing(Envelope message) {
            this.message = message;
        }

        boolean isDone() {
            return begun && sent == message.body().length;
        }
    }

    private final WakeUp wakeUp;
    private final Deque<Outgoing> unsent = new ArrayDeque<>();
    private final DescriptorMessage out = new DescriptorMessage(1, EnvelopeCodec.MAX_PACKET);
    private final ByteBuffer packet = ByteBuffer.allocate(EnvelopeCodec.MAX_PACKET);
    private Load load = Load.NONE;
    private @Nullable SeqPacketSocket socket;
    private boolean closing;
    private boolean finishing;
    private boolean finished;
    private boolean ended;
    private boolean peerGone;
    private long packetsWritten;
    private long lastWriteNanos = System.nanoTime() - CROWD_NANOS;

    /**
     * An empty outbox.
     *
     * @param wakeUp wakes the channel's thread when something has changed
     */
    Outbox(WakeUp wakeUp) {
        this.wakeUp = wakeUp;
    }

    /** Sets the socket to write to. The caller stays its owner, and closes it after {@link #end}. */
    synchronized void connected(SeqPacketSocket connected) {
        socket = connected;
    }

    // --- for senders ------------------------------------------------------------------------------------------------

    CompletableFuture<Void> send(Envelope message) {
        return send(message, this::refusal);
    }

    /** Sends a message that is not counted against the bounds: it answers one that the other end has sent, and the caller bounds those. */
    CompletableFuture<Void> answer(Envelope message) {
        return send(message, this::impossibility);
    }

    private CompletableFuture<Void> send(Envelope message, IntFunction<String> refusals) {
        Outgoing outgoing = new Outgoing(message);
        List<Outgoing> done;
        synchronized (this) {
            String refusal = refusals.apply(message.body().length);
            if (!refusal.isEmpty()) {
                return CompletableFuture.failedFuture(new MessageException(refusal, null));
            }
            unsent.add(outgoing);
            load = load.plus(message.body().length);
            done = isAlone() ? write() : List.of();
            if (!unsent.isEmpty()) {
                wakeUp.signal();
            }
        }
        complete(done);
        return outgoing.written;
    }

    private boolean isAlone() {
        return unsent.size() == 1 && System.nanoTime() - lastWriteNanos > CROWD_NANOS;
    }

    /** Why a message of that length would be refused now; empty if it would not. */
    synchronized String refusal(int length) {
        String impossibility = impossibility(length);
        if (impossibility.isEmpty() && !load.hasRoomFor(length)) {
            return "cannot send a message of " + length + " bytes: " + load
                    + " wait already for the other end to read, and the limit is " + Load.limit()
                    + "; wait until isWritable, or for the futures of what was sent";
        }
        return impossibility;
    }

    private String impossibility(int length) {
        if (!isOpen()) {
            return "cannot send a message of " + length + " bytes: the channel is closed";
        }
        return length <= EnvelopeCodec.MAX_BODY
                ? ""
                : "cannot send a message of " + length + " bytes: the limit is " + EnvelopeCodec.MAX_BODY;
    }

    /** Whether little waits. */
    synchronized boolean isWritable() {
        return load.isLight();
    }

    /** Whether it accepts messages. */
    synchronized boolean isOpen() {
        return !closing && !finishing && !ended;
    }

    /** Accepts no more messages, and has its direction ended when all of them have been sent. */
    void finish() {
        synchronized (this) {
            finishing = true;
        }
        wakeUp.signal();
    }

    /** Accepts no more messages, and is over when all of them have been sent. */
    void close() {
        synchronized (this) {
            closing = true;
        }
        wakeUp.signal();
    }

    // --- for the channel's thread -----------------------------------------------------------------------------------

    synchronized boolean isEmpty() {
        return unsent.isEmpty();
    }

    /** Whether there is nothing to send, now or later. */
    synchronized boolean isUnwanted() {
        return closing && unsent.isEmpty();
    }

    /** Whether the channel was closed and all messages have been sent; false if the other end was gone before. */
    synchronized boolean isOver() {
        return closing && unsent.isEmpty() && !peerGone;
    }

    /** Whether its direction must be ended now: true once. */
    synchronized boolean mayFinish() {
        boolean may = finishing && !finished && unsent.isEmpty();
        finished |= may;
        return may;
    }

    /** Writes as much as the kernel has room for. Gives whether anything could be written, or nothing waited. */
    boolean flush() {
        List<Outgoing> done;
        boolean progress;
        synchronized (this) {
            boolean nothing = unsent.isEmpty();
            long before = packetsWritten;
            done = write();
            progress = nothing || packetsWritten > before || unsent.isEmpty();
        }
        complete(done);
        return progress;
    }

    /** Writes no more: all messages that wait have failed. */
    void end() {
        List<Outgoing> dropped;
        synchronized (this) {
            ended = true;
            dropped = dropUnsent();
            socket = null;
        }
        complete(dropped);
    }

    // --- writing; called with this held -----------------------------------------------------------------------------

    /** Writes until the kernel has no more room; gives the messages that are sent or have failed. */
    private List<Outgoing> write() {
        List<Outgoing> done = new ArrayList<>();
        SeqPacketSocket connected = socket;
        if (connected == null) {
            return done;
        }
        try {
            boolean written = true;
            while (written && !unsent.isEmpty()) {
                written = writePacket(connected, done);
            }
        } catch (IOException e) {
            LOG.debug("the other end of a channel is gone", e);
            peerGone = true;
            done.addAll(dropUnsent());
        }
        return done;
    }

    /** Writes as many messages as fit into one packet. Gives whether the kernel had room for it. */
    private boolean writePacket(SeqPacketSocket connected, List<Outgoing> done) throws UnixException {
        Outgoing first = unsent.element();
        packet.clear();
        int count = EnvelopeCodec.encode(first.message, first.sent, packet);
        boolean whole = first.sent + count == first.message.body().length;
        int messages = whole ? 1 + appendWhole() : 0;
        packet.flip();
        out.putBytes(0, packet.array(), packet.limit());
        Fd descriptor = first.begun ? null : first.message.descriptor();
        if (descriptor != null) {
            out.putDescriptor(0, descriptor);
        }
        if (!connected.send(out, packet.limit(), descriptor == null ? 0 : 1)) {
            return false;
        }
        packetsWritten++;
        lastWriteNanos = System.nanoTime();
        first.begun = true;
        first.sent += count;
        for (int index = 0; index < messages; index++) {
            done.add(finishFirst());
        }
        return true;
    }

    /** Appends the whole messages that fit; one with a descriptor begins its own packet. Gives how many. */
    private int appendWhole() {
        int appended = 0;
        Iterator<Outgoing> behindFirst = unsent.iterator();
        behindFirst.next();
        while (behindFirst.hasNext()) {
            Envelope next = behindFirst.next().message;
            if (next.descriptor() != null || !EnvelopeCodec.fits(next, packet)) {
                break;
            }
            EnvelopeCodec.encode(next, 0, packet);
            appended++;
        }
        return appended;
    }

    private Outgoing finishFirst() {
        Outgoing written = unsent.remove();
        load = load.minus(written.message.body().length);
        written.begun = true;
        written.sent = written.message.body().length;
        written.message.closeDescriptor();
        return written;
    }

    private List<Outgoing> dropUnsent() {
        List<Outgoing> dropped = new ArrayList<>(unsent);
        unsent.clear();
        load = Load.NONE;
        closing = true;
        dropped.forEach(each -> each.message.closeDescriptor());
        return dropped;
    }

    private static void complete(List<Outgoing> done) {
        for (Outgoing each : done) {
            if (each.isDone()) {
                each.written.complete(null);
            } else {
                each.written.completeExceptionally(new MessageException(
                        "a message of " + each.message.body().length
                                + " bytes was not sent: the channel has ended, the other end is gone",
                        null));
            }
        }
    }
}
