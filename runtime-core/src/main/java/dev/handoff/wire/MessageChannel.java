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
 * One end of a channel for messages, with sockets along: between parent and child, between master and worker.
 *
 * <p>What is to be sent is in its {@link Outbox}; what that cannot write at once is written by the channel's own thread, which reads
 * and writes in turn, so that two ends with much to say to each other never wait for each other. That thread also makes the
 * connection in the first place. It reads only as far ahead of whoever uses the messages as {@value #MOST_UNUSED} bytes: beyond
 * that the sender has to wait.
 *
 * <p>Any thread may send and close.
 */
public final class MessageChannel implements AutoCloseable {
    private static final int MOST_UNUSED = 1 << 20;
    private static final int PACKETS_A_TURN = 64;

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

    private final WakeUp wakeUp;
    private final Outbox outbox;
    private final DescriptorMessage in = new DescriptorMessage(1, EnvelopeCodec.MAX_PACKET);
    private final ByteBuffer inPacket = ByteBuffer.allocate(EnvelopeCodec.MAX_PACKET);
    private final EnvelopeCodec codec = new EnvelopeCodec();
    private final AtomicLong unused = new AtomicLong();
    private final Poller poller = new Poller();

    /** Whether the socket said in the last turn that it would take something. The channel's thread only. */
    private boolean saidWritable;

    private volatile boolean toTheEnd;

    /** A channel that is yet to be connected. */
    public MessageChannel() throws UnixException {
        wakeUp = new WakeUp();
        outbox = new Outbox(wakeUp);
    }

    /**
     * Begins to read, and to write what could not be written at once.
     *
     * @param connected the channel owns it from here on
     * @param name of the thread
     * @throws NoThreadException if that cannot be started: the channel is closed then, and the listener hears nothing
     */
    public void start(SeqPacketSocket connected, String name, Listener listener) throws NoThreadException {
        outbox.connected(connected);
        start(Threads.daemon(name, () -> run((woken, unwanted) -> connected, listener)), connected);
    }

    /**
     * Begins to connect, and then to read and write.
     *
     * @param name of the thread
     * @throws NoThreadException if that cannot be started: the channel is closed then, and the listener hears nothing
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
     * Sends a message. A refusal leaves its descriptor with the caller; otherwise the channel owns it.
     *
     * @return done when the kernel has it all; fails with {@link dev.handoff.process.MessageException}
     */
    public CompletableFuture<Void> send(Envelope message) {
        return outbox.send(message);
    }

    /** Why a message of that length is refused now; empty if it is not. */
    String refusal(int length) {
        return outbox.refusal(length);
    }

    /** Whether less than 128 KiB wait. */
    public boolean isWritable() {
        return outbox.isWritable();
    }

    /** Whether messages can still be sent. */
    public boolean isOpen() {
        return outbox.isOpen();
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
        outbox.finish();
    }

    /** Takes no more, and ends the channel when what waits has been sent, or the other end is gone. Idempotent. */
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
            failure = new IOException("a channel's thread failed in a way that nobody foresaw", e);
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

    /** Nobody writes to the socket any more when it is closed. */
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
        // Left out where nothing is wanted of it: a hang-up would be reported for ever.
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
}
