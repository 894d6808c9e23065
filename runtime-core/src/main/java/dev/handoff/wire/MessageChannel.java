package dev.handoff.wire;

import dev.handoff.process.spi.NoThreadException;
import dev.handoff.process.spi.Threads;
import dev.handoff.unix.DescriptorMessage;
import dev.handoff.unix.Fd;
import dev.handoff.unix.Poller;
import dev.handoff.unix.SeqPacketSocket;
import dev.handoff.unix.SeqPacketSocket.Received;
import dev.handoff.unix.UnixException;
import dev.handoff.unix.WakeUp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One end of a channel for messages, and for sockets that are sent along: between parent and child, between master and worker.
 *
 * <p>Messages to send are in its {@link Outbox}. What the outbox cannot write at once is written by the channel's own thread. That
 * thread reads and writes in turn, so that two ends that both send much never wait for each other. It also makes the connection. It
 * reads at most {@value #MOST_UNUSED} bytes ahead of the listeners that use the messages, with {@value #OVERHEAD} for each message itself; beyond
 * that the sender has to wait.
 *
 * <p>Any thread may send and close.
 */
public final class MessageChannel implements AutoCloseable {
    private static final int MOST_UNUSED = 1 << 20;
    private static final int PACKETS_A_TURN = 64;

    /** What a message takes in memory beside its body. */
    private static final int OVERHEAD = 128;

    /** A rest while the kernel sends nothing although poll(2) says that it would: too many descriptors are in flight. */
    private static final int REST_MILLIS = 5;

    /** Makes the connection. Called once, on the channel's thread. */
    @FunctionalInterface
    public interface Connector {
        /**
         * Connects.
         *
         * @param woken becomes ready when {@code unwanted} may have changed
         * @param unwanted whether the connection is not wanted any more
         * @return null if it was not made, because it is not wanted any more
         */
        @Nullable
        SeqPacketSocket connect(WakeUp woken, BooleanSupplier unwanted) throws IOException;
    }

    /** Gets the messages. Called on the channel's thread. */
    public interface Listener {
        /** A message has arrived. {@link #used} must be called when it has been dealt with. */
        void onMessage(Envelope message);

        /**
         * The channel has ended. Called once.
         *
         * @param failure null if either side closed the channel, or the other side is gone
         */
        void onEnd(@Nullable IOException failure);
    }

    private final WakeUp wakeUp;
    private final Outbox outbox;
    private final DescriptorMessage in = new DescriptorMessage(1, EnvelopeCodec.MAX_PACKET);
    private final ByteBuffer inPacket = ByteBuffer.allocate(EnvelopeCodec.MAX_PACKET);
    private final EnvelopeCodec codec = new EnvelopeCodec();
    private final AtomicLong unused = new AtomicLong();
    private final Poller poller = new Poller();

    /** Whether the socket was writable in the last turn. The channel's thread only. */
    private boolean saidWritable;

    private volatile boolean toTheEnd;

    /** A channel that is not connected yet. */
    public MessageChannel() throws UnixException {
        wakeUp = new WakeUp();
        outbox = new Outbox(wakeUp);
    }

    /**
     * Begins to read, and to write what could not be written at once.
     *
     * @param connected the channel owns it from here on
     * @param name of the thread
     * @throws NoThreadException if that thread cannot be started: the channel is closed then, and the listener is not called
     */
    public void start(SeqPacketSocket connected, String name, Listener listener) throws NoThreadException {
        outbox.connected(connected);
        start(Threads.daemon(name, () -> run((woken, unwanted) -> connected, listener)), connected);
    }

    /**
     * Begins to connect, and then to read and write.
     *
     * @param name of the thread
     * @throws NoThreadException if that thread cannot be started: the channel is closed then, and the listener is not called
     */
    public void start(String name, Connector connector, Listener listener) throws NoThreadException {
        start(Threads.daemon(name, () -> run(connector, listener)), null);
    }

    private void start(Thread thread, @Nullable SeqPacketSocket connected) throws NoThreadException {
        try {
            Threads.start(thread);
        } catch (NoThreadException e) {
            end(connected);
            throw e;
        }
    }

    /**
     * Sends a message. If it is refused, its descriptor stays the caller's; otherwise the channel owns it.
     *
     * @return done when the kernel has all of it; fails with {@link dev.handoff.process.MessageException}
     */
    public CompletableFuture<Void> send(Envelope message) {
        return outbox.send(message);
    }

    /**
     * Tells the other end what became of a message of its. Until it has read that, as much less is read from it.
     *
     * @return done when the kernel has it all; fails with {@link dev.handoff.process.MessageException}
     */
    CompletableFuture<Void> answer(Envelope outcome) {
        unused.addAndGet(cost(outcome));
        return outbox.answer(outcome).whenComplete((sent, failure) -> used(outcome));
    }

    /** Why a message of that length would be refused now; empty if it would not. */
    String refusal(int length) {
        return outbox.refusal(length);
    }

    /** Whether little waits, as {@link dev.handoff.process.Peer#isWritable} says. */
    public boolean isWritable() {
        return outbox.isWritable();
    }

    /** Whether messages can still be sent. */
    public boolean isOpen() {
        return outbox.isOpen();
    }

    /** A message that arrived has been dealt with, so there is room for more. */
    public void used(Envelope message) {
        long before = unused.getAndAdd(-cost(message));
        if (before > MOST_UNUSED) {
            wakeUp.signal();
        }
    }

    private static int cost(Envelope message) {
        return OVERHEAD + message.body().length;
    }

    /** The process at the other end has exited: reads all that it sent, however much waits to be used. */
    public void readToEnd() {
        toTheEnd = true;
        wakeUp.signal();
    }

    /**
     * Accepts no more messages, and ends its own direction when all of them have been sent. The other end then ends the channel when it
     * has read everything; what it sends until then still arrives. Idempotent.
     */
    public void finish() {
        outbox.finish();
    }

    /** Accepts no more messages, and ends the channel when all of them have been sent, or the other end is gone. Idempotent. */
    @Override
    public void close() {
        outbox.close();
    }

    // --- the channel's thread ---------------------------------------------------------------------------------------

    private void run(Connector connector, Listener listener) {
        IOException failure = null;
        SeqPacketSocket socket = null;
        try {
            socket = connector.connect(wakeUp, () -> toTheEnd || outbox.isUnwanted());
            if (socket != null) {
                outbox.connected(socket);
                converse(socket, listener);
            }
        } catch (IOException e) {
            failure = e;
        } catch (RuntimeException e) {
            failure = new IOException("a channel's thread failed unexpectedly", e);
        } finally {
            end(socket);
            listener.onEnd(failure);
        }
    }

    private void converse(SeqPacketSocket socket, Listener listener) throws IOException {
        boolean more = true;
        while (more) {
            more = turn(socket, listener);
        }
    }

    /** Ends the outbox first, so that no sender writes to a closed socket. */
    private void end(@Nullable SeqPacketSocket socket) {
        outbox.end();
        if (socket != null) {
            socket.close();
        }
        codec.abandon();
        wakeUp.close();
    }

    /** Writes and reads as much as can be at once. Gives false at the end. */
    private boolean turn(SeqPacketSocket socket, Listener listener) throws IOException {
        boolean progress = outbox.flush();
        if (outbox.isOver()) {
            return false;
        }
        if (outbox.mayFinish()) {
            socket.shutdownOutput();
        }
        boolean rests = saidWritable && !progress;
        boolean reads = mayRead();
        boolean writes = !outbox.isEmpty() && !rests;
        poller.clear();
        int woken = poller.add(wakeUp.fd(), Poller.IN);
        // Left out when it is neither read nor written: poll(2) would report a hang-up again and again.
        int ready =
                reads || writes ? poller.add(socket.fd(), (reads ? Poller.IN : 0) | (writes ? Poller.OUT : 0)) : woken;
        poller.poll(rests ? REST_MILLIS : -1);
        saidWritable = writes && poller.isReady(ready, Poller.OUT);
        if (poller.isReady(woken)) {
            wakeUp.reset();
        }
        return !reads || !poller.isReady(ready) || receive(socket, listener);
    }

    private boolean mayRead() {
        return toTheEnd || unused.get() <= MOST_UNUSED;
    }

    private boolean receive(SeqPacketSocket socket, Listener listener) throws IOException {
        for (int count = 0; count < PACKETS_A_TURN && mayRead(); count++) {
            Received received = socket.receive(in);
            if (received != Received.MESSAGE) {
                return received == Received.NOTHING;
            }
            readPacket(listener);
        }
        return true;
    }

    private void readPacket(Listener listener) throws WireException {
        Fd descriptor = in.receivedDescriptors() > 0 ? in.releaseDescriptor(0) : null;
        in.closeUnreleased();
        if (in.payloadTruncated()) {
            throw new WireException(
                    "expected at most " + EnvelopeCodec.MAX_PACKET + " bytes in a message's packet, found more");
        }
        in.getBytes(0, inPacket.array(), in.receivedLength());
        inPacket.clear().limit(in.receivedLength());
        tell(codec.decode(inPacket, descriptor, in.descriptorsTruncated()), listener);
        while (inPacket.hasRemaining()) {
            tell(codec.decode(inPacket, null, false), listener);
        }
    }

    private void tell(Optional<Envelope> message, Listener listener) {
        if (message.isPresent()) {
            unused.addAndGet(cost(message.get()));
            listener.onMessage(message.get());
        }
    }
}
