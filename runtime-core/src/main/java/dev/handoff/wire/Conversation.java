package dev.handoff.wire;

import dev.handoff.process.Handle;
import dev.handoff.process.Message;
import dev.handoff.process.MessageException;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.Announcement;
import dev.handoff.process.spi.Channel;
import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.Listeners;
import dev.handoff.unix.Fd;
import dev.handoff.wire.Envelope.Format;
import dev.handoff.wire.Envelope.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages, requests and answers between the two ends of a {@link MessageChannel}. Answers complete their requests on the
 * channel's thread, everything else is told on {@code handoff-events}. What comes before there is a listener is kept for the
 * first; when that is too much, the sender has to wait.
 */
public final class Conversation implements Channel, MessageChannel.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);

    private final MessageChannel channel;
    private final long pid;
    private final Listeners<Message> listeners = new Listeners<>();
    private final Announcement<Conversation> ended = new Announcement<>();
    private final Map<Long, CompletableFuture<Envelope>> requests = new ConcurrentHashMap<>();
    private final AtomicLong lastRequest = new AtomicLong();
    private final Queue<ReceivedMessage> early = new ArrayDeque<>();
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private boolean heard;

    /**
     * A conversation over a channel that is to be started with it as its listener.
     *
     * @param pid the process at the other end
     */
    public Conversation(MessageChannel channel, long pid) {
        this.channel = channel;
        this.pid = pid;
    }

    @Override
    public int id() {
        return 0;
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public boolean isConnected() {
        return channel.isOpen();
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public CompletableFuture<Void> send(Object message) {
        return send(Kind.MESSAGE, 0, message, null);
    }

    @Override
    public CompletableFuture<Void> send(Object message, Handle handle) {
        if (handle instanceof SocketHandle socket) {
            return send(Kind.MESSAGE, 0, message, socket);
        }
        return CompletableFuture.failedFuture(
                new MessageException("cannot send a handle of another kind than this runtime's: " + handle, null));
    }

    @Override
    public <T> CompletableFuture<T> request(Object message, Class<T> answer, Duration limit) {
        long number = lastRequest.incrementAndGet();
        CompletableFuture<Envelope> coming = new CompletableFuture<>();
        requests.put(number, coming);
        send(Kind.REQUEST, number, message, null).whenComplete((sent, failure) -> {
            if (failure != null) {
                coming.completeExceptionally(failure);
            }
        });
        if (!isConnected()) {
            // It may have ended between the two: then nobody else fails this one.
            coming.completeExceptionally(unanswered());
        }
        return coming.orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS).handle((envelope, failure) -> {
            requests.remove(number);
            if (envelope == null) {
                throw new CompletionException(explained(failure, limit));
            }
            return new ReceivedMessage(this, envelope).as(answer);
        });
    }

    private Throwable explained(@Nullable Throwable failure, Duration limit) {
        if (failure instanceof TimeoutException) {
            return new TimeoutException("pid " + pid + " has not answered within " + limit);
        }
        return failure == null ? unanswered() : failure;
    }

    private MessageException unanswered() {
        return new MessageException("the channel to pid " + pid + " has ended before the answer came", null);
    }

    CompletableFuture<Void> answer(long correlation, Object message) {
        return send(Kind.ANSWER, correlation, message, null);
    }

    private CompletableFuture<Void> send(Kind kind, long correlation, Object message, @Nullable SocketHandle handle) {
        try {
            byte[] body = message instanceof byte[] raw ? raw.clone() : Json.write(message);
            Format format = message instanceof byte[] ? Format.RAW : Format.JSON;
            return send(kind, format, correlation, body, handle);
        } catch (MessageException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<Void> send(
            Kind kind, Format format, long correlation, byte[] body, @Nullable SocketHandle handle) {
        if (handle == null) {
            return channel.send(new Envelope(kind, format, correlation, 0, body, null, false));
        }
        Fd descriptor = handle.fd();
        String refusal = channel.refusal(body.length);
        if (!refusal.isEmpty()) {
            return CompletableFuture.failedFuture(new MessageException(refusal, null));
        }
        return channel.send(new Envelope(kind, format, correlation, 0, body, new Fd(descriptor.release()), false));
    }

    @Override
    public synchronized Subscription onMessage(Consumer<? super Message> listener) {
        Subscription subscription = listeners.add(listener);
        heard = true;
        for (ReceivedMessage message = early.poll(); message != null; message = early.poll()) {
            tell(message);
        }
        return subscription;
    }

    @Override
    public Subscription onDisconnect(Runnable listener) {
        return ended.add(conversation -> listener.run());
    }

    @Override
    public void disconnect() {
        channel.close();
    }

    /** The other end's process is gone: what it left is read to its end. */
    public void peerExited() {
        channel.readToEnd();
    }

    /** Done when all that came has been put in line to be told. */
    public CompletableFuture<Void> end() {
        return end;
    }

    @Override
    public void onMessage(Envelope message) {
        if (message.descriptorLost()) {
            LOG.warn(
                    "the socket with a message of pid {} did not arrive: this process has as many files open as it may",
                    pid);
        }
        if (message.kind() == Kind.ANSWER) {
            answered(message);
        } else {
            received(new ReceivedMessage(this, message));
        }
    }

    private void answered(Envelope answer) {
        channel.used(answer);
        CompletableFuture<Envelope> coming = requests.remove(answer.correlation());
        if (coming == null || !coming.complete(answer)) {
            LOG.debug("dropped an answer of pid {} that came too late", pid);
            answer.closeDescriptor();
        }
    }

    private synchronized void received(ReceivedMessage message) {
        if (heard) {
            tell(message);
        } else {
            early.add(message);
        }
    }

    private void tell(ReceivedMessage message) {
        EventThread.get().enqueue(() -> {
            listeners.tell(message);
            message.closeUntaken();
            channel.used(message.envelope());
        });
    }

    @Override
    public void onEnd(@Nullable IOException failure) {
        if (failure != null) {
            LOG.warn("the channel to pid {} has ended: {}", pid, failure.getMessage());
        }
        requests.values().forEach(coming -> coming.completeExceptionally(unanswered()));
        ended.fire(this);
        end.complete(null);
    }

    @Override
    public String toString() {
        return "pid " + pid;
    }
}
