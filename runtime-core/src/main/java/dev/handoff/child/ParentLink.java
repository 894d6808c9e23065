package dev.handoff.child;

import dev.handoff.process.Handle;
import dev.handoff.process.Message;
import dev.handoff.process.MessageException;
import dev.handoff.process.Peer;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.ParentChannel;
import dev.handoff.process.spi.Reference;
import dev.handoff.process.spi.RuntimePeer;
import dev.handoff.process.spi.Timer;
import dev.handoff.unix.SeqPacketSocket;
import dev.handoff.wire.ChannelHandshake;
import dev.handoff.wire.Conversation;
import dev.handoff.wire.MessageChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The channel to the parent that forked this process. It is opened when it is first asked for, and keeps the process alive as
 * long as there is a listener, unless that does not count, and while something waits to be sent.
 */
final class ParentLink implements ParentChannel {
    private final Conversation conversation;
    private final Reference reference = new Reference();
    private int listening;
    private boolean over;

    private ParentLink(Conversation conversation) {
        this.conversation = conversation;
        conversation.onDisconnect(this::end);
    }

    /** Empty for a process that was not forked with a channel. */
    static Optional<ParentChannel> get() {
        return Holder.IS_FORKED ? Optional.of(Holder.link()) : Optional.empty();
    }

    private static final class Holder {
        private static final boolean IS_FORKED = ChannelHandshake.hasParent();
        private static @Nullable ParentLink link;

        /** One that could not be opened for a shortage is tried again. */
        private static synchronized ParentLink link() {
            ParentLink opened = link;
            if (opened == null) {
                opened = open();
                link = opened;
            }
            return opened;
        }

        private static ParentLink open() {
            try {
                Timer.prepare();
                MessageChannel channel = new MessageChannel();
                long parent =
                        ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
                ParentLink link = new ParentLink(new Conversation(channel, 0, parent));
                start(channel, link.conversation);
                return link;
            } catch (IOException e) {
                throw new MessageException("cannot open the channel to the parent: " + e.getMessage(), e);
            }
        }

        /** A parent that wants the channel no more has ended it: this process is told so, as when it had been there. */
        private static void start(MessageChannel channel, Conversation conversation) throws IOException {
            String name = "handoff-channel-parent";
            Optional<SeqPacketSocket> socket = ChannelHandshake.connectToParent();
            if (socket.isPresent()) {
                channel.start(socket.get(), name, conversation);
            } else {
                channel.start(name, (woken, unwanted) -> null, conversation);
            }
        }
    }

    private synchronized void end() {
        over = true;
        keepAliveAsNeeded();
    }

    private synchronized Subscription listen(Subscription subscription) {
        listening++;
        keepAliveAsNeeded();
        return new Listening(subscription);
    }

    private synchronized void unlisten() {
        listening--;
        keepAliveAsNeeded();
    }

    private void keepAliveAsNeeded() {
        reference.there(listening > 0 && !over);
    }

    @Override
    public void unref() {
        reference.unref();
    }

    private final class Listening implements Subscription {
        private final Subscription subscription;
        private boolean closed;

        Listening(Subscription subscription) {
            this.subscription = subscription;
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                subscription.close();
                unlisten();
            }
        }
    }

    @Override
    public Subscription onMessage(Consumer<? super Message> listener) {
        return listen(conversation.onMessage(listener));
    }

    @Override
    public Subscription onDisconnect(Runnable listener) {
        return listen(conversation.onDisconnect(listener));
    }

    @Override
    public RuntimePeer runtime() {
        return conversation.runtime();
    }

    @Override
    public Peer worker(int workerId, long workerPid) {
        return conversation.worker(workerId, workerPid);
    }

    @Override
    public Peer others() {
        return conversation.others();
    }

    @Override
    public void disconnect() {
        conversation.disconnect();
    }

    @Override
    public int id() {
        return conversation.id();
    }

    @Override
    public long pid() {
        return conversation.pid();
    }

    @Override
    public boolean isConnected() {
        return conversation.isConnected();
    }

    @Override
    public CompletableFuture<Void> send(Object message) {
        return EventThread.get().holdUntil(conversation.send(message));
    }

    @Override
    public CompletableFuture<Void> send(Object message, Handle handle) {
        return EventThread.get().holdUntil(conversation.send(message, handle));
    }

    @Override
    public <T> CompletableFuture<T> request(Object message, Class<T> answer, Duration limit) {
        return EventThread.get().holdUntil(conversation.request(message, answer, limit));
    }

    @Override
    public boolean isWritable() {
        return conversation.isWritable();
    }
}
