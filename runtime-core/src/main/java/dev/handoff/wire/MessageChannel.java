package dev.handoff.wire;

import dev.handoff.process.MessageException;
import dev.handoff.process.Peer;
import dev.handoff.unix.DescriptorMessage;
import dev.handoff.unix.Fd;
import dev.handoff.unix.Poller;
import dev.handoff.unix.SeqPacketSocket;
import dev.handoff.unix.SeqPacketSocket.Received;
import dev.handoff.unix.UnixException;
import dev.handoff.unix.WakeUp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a channel for messages, with sockets along: between parent and child, between master and worker.
 *
 * <p>A message goes out on its sender's thread as far as the kernel takes it; the rest waits, bounded, for the channel's own
 * thread, which reads and writes in turn, so that two ends with much to say to each other never wait for each other. What
 * follows another message at once waits for that thread, too: it sends together what has come until then. That thread also makes the connection in the first place: what is sent before waits as well. It reads only as far ahead of
 * whoever uses the messages as {@value #MOST_UNUSED} bytes: beyond that the sender has to wait.
 *
 * <p>Any thread may send and close.
 */
public final class MessageChannel implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MessageChannel.class);
    private static final int MOST_UNSENT = Peer.MOST_BYTES;
    private static final int WRITABLE_BELOW = 128 * 1024;
    private static final int MOST_UNUSED = 1 << 20;
    private static final int PACKETS_A_TURN = 64;

    /** A message that follows another sooner is one of many: they travel together. */
    private static final long CROWD_NANOS = 20_000;

    /** While the kernel takes nothing although it says that it would: too many descriptors are under way. */
    private static final int REST_MILLIS = 5;

    /** Makes the connection. Called once, on the channel's thread. */
    @FunctionalInterface
    public interface Connector {
        /**
         * Connects.
         *
         * @param woken becomes ready when that may have changed
         * @param unwanted whether nobody wants the connection any more
         * @return null if it was not made, because of that
         */
        @Nullable
        SeqPacketSocket connect(WakeUp woken, BooleanSupplier unwanted) throws IOException;
    }

    /** Who hears of messages. Called on the channel's thread. */
    public interface Listener {
        /** A message came. Once it has been dealt with, {@link #used} wants to be told. */
        void onMessage(Envelope message);

        /**
         * Nothing more will come. Called once.
         *
         * @param failure null if either side closed the channel, or the other side is gone
         */
        void onEnd(@Nullable IOException failure);
    }

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

    private final Object sending = new Object();
    private final WakeUp wakeUp;
    private final Deque<Outgoing> unsent = new ArrayDeque<>();
    private final DescriptorMessage out = new DescriptorMessage(1, EnvelopeCodec.MAX_PACKET);
    private final DescriptorMessage in = new DescriptorMessage(1, EnvelopeCodec.MAX_PACKET);
    private final ByteBuffer outPacket = ByteBuffer.allocate(EnvelopeCodec.MAX_PACKET);
    private final ByteBuffer inPacket = ByteBuffer.allocate(EnvelopeCodec.MAX_PACKET);
    private final EnvelopeCodec codec = new EnvelopeCodec();
    private final AtomicLong unused = new AtomicLong();
    private final Poller poller = new Poller();
    private long unsentBytes;
    private @Nullable SeqPacketSocket socket;
    private boolean closing;
    private boolean finishing;
    private boolean finished;
    private boolean ended;
    private boolean peerGone;
    private long packetsWritten;
    private long lastWriteNanos = System.nanoTime() - CROWD_NANOS;

    /** Whether the socket said in the last turn that it would take something. The channel's thread only. */
    private boolean saidWritable;

    private volatile boolean toTheEnd;

    /** A channel that is yet to be connected. */
    public MessageChannel() throws UnixException {
        wakeUp = new WakeUp();
    }

    /** A channel over a connected socket, which it owns. Nothing is read before {@link #start(String, Listener)}. */
    public MessageChannel(SeqPacketSocket connected) throws UnixException {
        this();
        socket = connected;
    }

    /**
     * Begins to read, and to write what could not be written at once. For a channel that is connected.
     *
     * @param name of the thread
     */
    public void start(String name, Listener listener) {
        start(name, (woken, unwanted) -> socket(), listener);
    }

    /**
     * Begins to connect, and then to read and write.
     *
     * @param name of the thread
     */
    public void start(String name, Connector connector, Listener listener) {
        Thread thread = new Thread(() -> run(connector, listener), name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Sends a message. A refusal leaves its descriptor with the caller; otherwise the channel owns it.
     *
     * @return done when the kernel has it all; fails with {@link MessageException}
     */
    public CompletableFuture<Void> send(Envelope message) {
        Outgoing outgoing = new Outgoing(message);
        List<Outgoing> done;
        synchronized (sending) {
            String refusal = refusalNow(message.body().length);
            if (!refusal.isEmpty()) {
                return CompletableFuture.failedFuture(new MessageException(refusal, null));
            }
            unsent.add(outgoing);
            unsentBytes += message.body().length;
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

    /** Why a message of that length is refused now; empty if it is not. */
    String refusal(int length) {
        synchronized (sending) {
            return refusalNow(length);
        }
    }

    private String refusalNow(int length) {
        if (!isOpenNow()) {
            return "cannot send a message of " + length + " bytes: the channel is closed";
        }
        if (length > EnvelopeCodec.MAX_BODY) {
            return "cannot send a message of " + length + " bytes: the limit is " + EnvelopeCodec.MAX_BODY;
        }
        if (unsentBytes + length > MOST_UNSENT) {
            return "cannot send a message of " + length + " bytes: " + unsentBytes
                    + " wait already for the other end to read, and the limit is " + MOST_UNSENT
                    + "; wait until isWritable, or for the futures of what was sent";
        }
        return "";
    }

    /** Whether less than 128 KiB wait. */
    public boolean isWritable() {
        synchronized (sending) {
            return unsentBytes <= WRITABLE_BELOW;
        }
    }

    /** Whether messages can still be sent. */
    public boolean isOpen() {
        synchronized (sending) {
            return isOpenNow();
        }
    }

    private boolean isOpenNow() {
        return !closing && !finishing && !ended;
    }

    /** A message that came has been dealt with: there is room for more. */
    public void used(Envelope message) {
        long before = unused.getAndAdd(-message.body().length);
        if (before > MOST_UNUSED) {
            wakeUp.signal();
        }
    }

    /** The other end's process is gone: what it left is read now, however much waits to be used. */
    public void readToEnd() {
        toTheEnd = true;
        wakeUp.signal();
    }

    /**
     * Takes no more, and tells the other end so when what waits has been sent: that ends the channel when it has read all of it.
     * What it sends until then still comes. Idempotent.
     */
    public void finish() {
        synchronized (sending) {
            finishing = true;
        }
        wakeUp.signal();
    }

    /** Takes no more, and ends the channel when what waits has been sent, or the other end is gone. Idempotent. */
    @Override
    public void close() {
        synchronized (sending) {
            closing = true;
        }
        wakeUp.signal();
    }

    private void run(Connector connector, Listener listener) {
        IOException failure = null;
        try {
            if (connect(connector)) {
                boolean more = true;
                while (more) {
                    more = turn(listener);
                }
            }
        } catch (IOException e) {
            failure = e;
        } catch (RuntimeException e) {
            failure = new IOException("a channel's thread failed in a way that nobody foresaw", e);
        } finally {
            end();
            listener.onEnd(failure);
        }
    }

    private boolean isUnwanted() {
        synchronized (sending) {
            return toTheEnd || (closing && unsent.isEmpty());
        }
    }

    private boolean connect(Connector connector) throws IOException {
        SeqPacketSocket connected = connector.connect(wakeUp, this::isUnwanted);
        synchronized (sending) {
            socket = connected;
        }
        return connected != null;
    }

    /** Writes and reads as much as can be at once. Gives false at the end. */
    private boolean turn(Listener listener) throws IOException {
        SeqPacketSocket connected = socket();
        boolean progress = flush();
        if (isOver()) {
            return false;
        }
        if (mayFinish()) {
            connected.shutdownOutput();
        }
        boolean rests = saidWritable && !progress;
        boolean reads = toTheEnd || unused.get() <= MOST_UNUSED;
        boolean writes = hasUnsent() && !rests;
        poller.clear();
        int woken = poller.add(wakeUp.fd(), Poller.IN);
        // Left out where nothing is wanted of it: a hang-up would be reported for ever.
        int ready = reads || writes
                ? poller.add(connected.fd(), (reads ? Poller.IN : 0) | (writes ? Poller.OUT : 0))
                : woken;
        poller.poll(rests ? REST_MILLIS : -1);
        saidWritable = writes && poller.isReady(ready, Poller.OUT);
        if (poller.isReady(woken)) {
            wakeUp.reset();
        }
        return !reads || !poller.isReady(ready) || receive(connected, listener);
    }

    private SeqPacketSocket socket() {
        synchronized (sending) {
            if (socket == null) {
                throw new IllegalStateException("not connected");
            }
            return socket;
        }
    }

    private boolean hasUnsent() {
        synchronized (sending) {
            return !unsent.isEmpty();
        }
    }

    private boolean isOver() {
        synchronized (sending) {
            return closing && unsent.isEmpty() && !peerGone;
        }
    }

    /** True once. */
    private boolean mayFinish() {
        synchronized (sending) {
            boolean may = finishing && !finished && unsent.isEmpty();
            finished |= may;
            return may;
        }
    }

    private boolean receive(SeqPacketSocket connected, Listener listener) throws IOException {
        for (int count = 0; count < PACKETS_A_TURN && (toTheEnd || unused.get() <= MOST_UNUSED); count++) {
            Received received = connected.receive(in);
            if (received != Received.MESSAGE) {
                return received == Received.NOTHING;
            }
            take(listener);
        }
        return true;
    }

    private void take(Listener listener) throws WireException {
        Fd descriptor = in.receivedDescriptors() > 0 ? in.takeDescriptor(0) : null;
        in.closeUntaken();
        if (in.payloadTruncated()) {
            throw new WireException(
                    "expected at most " + EnvelopeCodec.MAX_PACKET + " bytes in a message's packet, found more");
        }
        in.getBytes(0, inPacket.array(), in.receivedLength());
        inPacket.clear().limit(in.receivedLength());
        tell(codec.take(inPacket, descriptor, in.descriptorsTruncated()), listener);
        while (inPacket.hasRemaining()) {
            tell(codec.take(inPacket, null, false), listener);
        }
    }

    private void tell(Optional<Envelope> message, Listener listener) {
        if (message.isPresent()) {
            unused.addAndGet(message.get().body().length);
            listener.onMessage(message.get());
        }
    }

    /** Gives whether anything could be written, or nothing waited. */
    private boolean flush() {
        List<Outgoing> done;
        boolean progress;
        synchronized (sending) {
            boolean nothing = unsent.isEmpty();
            long before = packetsWritten;
            done = write();
            progress = nothing || packetsWritten > before || unsent.isEmpty();
        }
        complete(done);
        return progress;
    }

    /** Writes until the kernel takes no more; gives what is done with. Called with {@link #sending} held. */
    private List<Outgoing> write() {
        List<Outgoing> done = new ArrayList<>();
        SeqPacketSocket connected = socket;
        if (connected == null) {
            return done;
        }
        try {
            boolean taken = true;
            while (taken && !unsent.isEmpty()) {
                taken = writePacket(connected, done);
            }
        } catch (IOException e) {
            LOG.debug("the other end of a channel is gone", e);
            peerGone = true;
            done.addAll(dropUnsent());
        }
        return done;
    }

    /** Writes as much of what waits as goes into one packet. Gives whether the kernel has taken it. */
    private boolean writePacket(SeqPacketSocket connected, List<Outgoing> done) throws UnixException {
        Outgoing first = unsent.element();
        outPacket.clear();
        int count = EnvelopeCodec.encode(first.message, first.sent, outPacket);
        boolean whole = first.sent + count == first.message.body().length;
        int messages = whole ? 1 + appendWhole() : 0;
        outPacket.flip();
        out.putBytes(0, outPacket.array(), outPacket.limit());
        Fd descriptor = first.begun ? null : first.message.descriptor();
        if (descriptor != null) {
            out.putDescriptor(0, descriptor);
        }
        if (!connected.send(out, outPacket.limit(), descriptor == null ? 0 : 1)) {
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

    /** Puts into the packet what fits behind its first message; one with a descriptor begins its own. Gives how many. */
    private int appendWhole() {
        int appended = 0;
        Iterator<Outgoing> behindFirst = unsent.iterator();
        behindFirst.next();
        while (behindFirst.hasNext()) {
            Envelope next = behindFirst.next().message;
            if (next.descriptor() != null || !EnvelopeCodec.fits(next, outPacket)) {
                break;
            }
            EnvelopeCodec.encode(next, 0, outPacket);
            appended++;
        }
        return appended;
    }

    private Outgoing finishFirst() {
        Outgoing written = unsent.remove();
        unsentBytes -= written.message.body().length;
        written.begun = true;
        written.sent = written.message.body().length;
        written.message.closeDescriptor();
        return written;
    }

    private List<Outgoing> dropUnsent() {
        List<Outgoing> dropped = new ArrayList<>(unsent);
        unsent.clear();
        unsentBytes = 0;
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

    private void end() {
        List<Outgoing> dropped;
        synchronized (sending) {
            ended = true;
            dropped = dropUnsent();
            if (socket != null) {
                socket.close();
                socket = null;
            }
        }
        codec.abandon();
        wakeUp.close();
        complete(dropped);
    }
}
