package dev.handoff.wire;

import dev.handoff.process.Handle;
import dev.handoff.process.Message;
import dev.handoff.process.MessageException;
import dev.handoff.process.Peer;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.Announcement;
import dev.handoff.process.spi.Channel;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.RuntimePeer;
import dev.handoff.unix.RareLog;
import dev.handoff.wire.Envelope.Format;
import dev.handoff.wire.Envelope.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Messages, requests and answers over a {@link MessageChannel}: with the program at its other end, with the runtime there, and with
 * the workers to which the master passes them on. Answers complete their requests on the channel's thread; listeners of everything
 * else are called on {@code handoff-events}.
 */
public final class Conversation implements Channel, MessageChannel.Listener {
    private static final Logger LOG = Logs.of(Conversation.class);

    private final RareLog shortages = new RareLog(LOG);
    private final MessageChannel channel;
    private final int id;
    private final long pid;
    private final Mailbox program;
    private final Mailbox runtime;
    private final RuntimePeer runtimePeer;
    private final PendingReplies pending = new PendingReplies();
    private final Announcement<Conversation> ended = new Announcement<>();
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    /**
     * A conversation over a channel. The caller must start the channel with this as its listener.
     *
     * @param id as in {@link Peer#id()}
     * @param pid the process at the other end
     */
    public Conversation(MessageChannel channel, int id, long pid) {
        this.channel = channel;
        this.id = id;
        this.pid = pid;
        this.program = new Mailbox(channel);
        this.runtime = new Mailbox(channel);
        this.runtimePeer = new ChannelRuntimePeer(this, runtime);
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public boolean isConnected() {
        return channel.isOpen();
    }

    // --- receivers --------------------------------------------------------------------------------------------------

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public CompletableFuture<Void> send(Object message) {
        return send(Address.OTHER_END, message, null);
    }

    @Override
    public CompletableFuture<Void> send(Object message, Handle handle) {
        return send(Address.OTHER_END, message, handle);
    }

    @Override
    public <T> CompletableFuture<T> request(Object message, Class<T> answer, Duration limit) {
        return request(Address.OTHER_END, message, answer, limit);
    }

    @Override
    public RuntimePeer runtime() {
        return runtimePeer;
    }

    @Override
    public Peer worker(int workerId, long workerPid) {
        return new ChannelPeer(this, Address.of(workerId, workerPid), workerId, workerPid);
    }

    @Override
    public Peer others() {
        return new ChannelPeer(this, Address.OTHERS, -1, 0);
    }

    /** The peer at an address. */
    Peer at(long address) {
        return Address.isRouted(address) ? worker(Address.workerId(address), Address.pid(address)) : this;
    }

    // --- out --------------------------------------------------------------------------------------------------------

    boolean isWritable(long address) {
        return channel.isWritable() && (!Address.isRouted(address) || pending.isWritable(address));
    }

    CompletableFuture<Void> send(long address, Object message, @Nullable Handle handle) {
        if (handle != null && !(handle instanceof SocketHandle)) {
            return refused(otherKind(handle));
        }
        if (handle != null && address == Address.OTHERS) {
            return refused("cannot send a socket to several workers: it has one owner; send each a duplicate");
        }
        try {
            Body body = Body.of(message);
            if (!Address.isRouted(address)) {
                return write(Kind.MESSAGE, 0, address, body, (SocketHandle) handle);
            }
            PendingReplies.Entry routed = pending.begin(address, body.bytes.length);
            return routed.outcome(write(Kind.MESSAGE, routed.number(), address, body, (SocketHandle) handle))
                    .thenApply(passedOn -> null);
        } catch (MessageException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static String otherKind(Handle handle) {
        return "cannot send a handle of another kind than this runtime's: " + handle;
    }

    private static CompletableFuture<Void> refused(String why) {
        return CompletableFuture.failedFuture(new MessageException(why, null));
    }

    <T> CompletableFuture<T> request(long address, Object message, Class<T> answer, Duration limit) {
        if (address == Address.OTHERS) {
            throw new IllegalArgumentException("cannot ask several workers one question: ask each of them");
        }
        try {
            Body body = Body.of(message);
            PendingReplies.Entry asked = pending.begin(address, body.bytes.length);
            return asked.outcome(write(Kind.REQUEST, asked.number(), address, body, null))
                    .orTimeout(TimeUnit.NANOSECONDS.convert(limit), TimeUnit.NANOSECONDS)
                    .handle((envelope, failure) -> {
                        asked.forget();
                        if (envelope == null) {
                            throw new CompletionException(explained(failure, address, limit));
                        }
                        return new ReceivedMessage(this, envelope).asAnswer(answer);
                    });
        } catch (MessageException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Throwable explained(Throwable failure, long address, Duration limit) {
        return failure instanceof TimeoutException
                ? new TimeoutException(at(address) + " has not answered within " + limit)
                : failure;
    }

    CompletableFuture<Void> answer(Envelope request, Object message, @Nullable Handle handle) {
        if (handle != null && !(handle instanceof SocketHandle)) {
            return refused(otherKind(handle));
        }
        try {
            Body body = Body.of(message);
            return write(Kind.ANSWER, request.correlation(), request.address(), body, (SocketHandle) handle);
        } catch (MessageException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Tells the sender of a request that no answer will come, and why. */
    void fail(Envelope request, String why) {
        Body body = new Body(Format.RAW, why.getBytes(StandardCharsets.UTF_8));
        write(Kind.FAILED, request.correlation(), request.address(), body, null).exceptionally(failure -> {
            LOG.debug("cannot tell pid {} that its request has failed", pid, failure);
            return null;
        });
    }

    private CompletableFuture<Void> write(
            Kind kind, long correlation, long address, Body body, @Nullable SocketHandle handle) {
        if (handle == null) {
            return channel.send(new Envelope(kind, body.format, correlation, address, body.bytes, null, false));
        }
        String refusal = channel.refusal(body.bytes.length);
        if (!refusal.isEmpty()) {
            return refused(refusal);
        }
        Envelope message = new Envelope(kind, body.format, correlation, address, body.bytes, handle.release(), false);
        CompletableFuture<Void> sent = channel.send(message);
        if (sent.isCompletedExceptionally()) {
            // Another thread has closed the channel, or filled it, a moment ago: the socket is no one's now.
            message.closeDescriptor();
        }
        return sent;
    }

    /** A message as bytes. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Body(Format format, byte[] bytes) {
        static Body of(Object message) {
            return message instanceof byte[] raw
                    ? new Body(Format.RAW, raw.clone())
                    : new Body(Format.JSON, Json.write(message));
        }
    }

    // --- in ---------------------------------------------------------------------------------------------------------

    @Override
    public Subscription onMessage(Consumer<? super Message> listener) {
        return program.listen(listener);
    }

    @Override
    public Subscription onDisconnect(Runnable listener) {
        return ended.add(conversation -> listener.run());
    }

    @Override
    public void disconnect() {
        channel.close();
    }

    /** Sends nothing more. The channel ends when the other end has read everything. */
    public void finish() {
        channel.finish();
    }

    /** The process at the other end has exited: reads to the end what it sent before. */
    public void peerExited() {
        channel.readToEnd();
    }

    /** Done when the listeners' calls are enqueued for everything that came. */
    public CompletableFuture<Void> end() {
        return end;
    }

    @Override
    public void onMessage(Envelope message) {
        if (message.descriptorLost()) {
            shortages.warn("the socket with a message of pid " + pid
                    + " did not arrive: this process has as many files open as it may");
        }
        switch (message.kind()) {
            case MESSAGE, REQUEST -> {
                Mailbox mailbox = message.address() == Address.RUNTIME ? runtime : program;
                mailbox.add(new ReceivedMessage(this, message));
            }
            case ANSWER, ROUTED, FAILED -> settle(message);
        }
    }

    private void settle(Envelope outcome) {
        channel.used(outcome);
        boolean awaited = outcome.kind() == Kind.FAILED
                ? pending.fail(outcome.correlation(), new String(outcome.body(), StandardCharsets.UTF_8))
                : pending.settle(outcome);
        if (!awaited) {
            LOG.debug("dropped an answer of pid {} that came too late", pid);
            outcome.closeDescriptor();
        }
    }

    @Override
    public void onEnd(@Nullable IOException failure) {
        if (failure != null) {
            LOG.warn("the channel to pid {} has ended: {}", pid, failure.getMessage());
        }
        pending.end("the channel to pid " + pid + " has ended before the answer came");
        ended.fire(this);
        end.complete(null);
    }

    @Override
    public String toString() {
        return "pid " + pid;
    }
}
