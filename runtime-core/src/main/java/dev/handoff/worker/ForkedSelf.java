package dev.handoff.worker;

import dev.handoff.cluster.CurrentWorker;
import dev.handoff.cluster.Datagram;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.Listener;
import dev.handoff.cluster.UdpSocket;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Handle;
import dev.handoff.process.Message;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.Announcement;
import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.ParentChannel;
import dev.handoff.process.spi.ProcessProvider;
import dev.handoff.wire.ForkMessage;
import dev.handoff.wire.ForkMessage.Act;
import dev.handoff.wire.Role;
import dev.handoff.wire.RuntimePaths;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;

/**
 * This process as a worker that the master's program has forked.
 *
 * <pre>
 *   online ─▶ (the program listens) ─▶ leaving ─▶ (lanes drain, connections end) ─▶ the channel ends ─▶ nothing keeps the process alive: exit
 *                                         └────────── killed, or the master is gone ─────────┴─▶ exit 0
 * </pre>
 */
final class ForkedSelf extends ChannelWorker {
    private static final Logger LOG = Logs.of(ForkedSelf.class);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

    private final ParentChannel parent;
    private final ListenRequests requests;
    private final ForkedListeners listeners;
    private final ForkedSockets sockets;
    private final Announcement<CurrentWorker> disconnected = new Announcement<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile boolean killed;

    private ForkedSelf(Role role, ParentChannel parent) {
        super(role, parent);
        Logs.queue();
        this.parent = parent;
        requests = new ListenRequests(parent.runtime());
        listeners = new ForkedListeners(role, requests, this::disconnect);
        sockets = new ForkedSockets(requests);
    }

    /** Says hello to the master. The channel keeps this process alive until it ends, or {@link #unref}. */
    static ForkedSelf begin(Role role) {
        ParentChannel channel = ProcessProvider.get()
                .parent()
                .orElseThrow(() -> new IllegalStateException("worker " + role.workerId() + " of master "
                        + role.masterPid() + " has no channel: something removed it from its environment"));
        ForkedSelf self = new ForkedSelf(role, channel);
        // As the program would: from now on what ends main ends this process.
        CurrentProcess.onDisconnect(self::onChannelEnd);
        // Before it handles an order to leave that may have come already: nothing is sent after that.
        EventThread.get().holdUntil(channel.runtime().send(ForkMessage.of(Act.ONLINE)));
        channel.runtime().onMessage(self::onMessageOfMaster);
        return self;
    }

    @Override
    public boolean isConnected() {
        return channel().isConnected();
    }

    @Override
    public void unref() {
        parent.unref();
    }

    @Override
    public boolean exitedAfterDisconnect() {
        return asked.get();
    }

    @Override
    public CompletableFuture<Listener> listen(
            ListenOptions where, Executor executor, Consumer<? super Handle> connections) {
        return EventThread.get().holdUntil(listeners.listen(where, new ConnectionListener(executor, connections)));
    }

    @Override
    public CompletableFuture<UdpSocket> bind(ListenOptions where, Consumer<? super Datagram> datagrams) {
        return EventThread.get().holdUntil(sockets.bind(where, datagrams));
    }

    @Override
    public CompletableFuture<UdpSocket> bind(ListenOptions where) {
        return EventThread.get().holdUntil(sockets.bind(where, null));
    }

    private void onMessageOfMaster(Message message) {
        if (message.as(ForkMessage.class).act() == Act.LEAVE && asked.compareAndSet(false, true)) {
            leaveAfter(CompletableFuture.completedFuture(true));
        }
    }

    @Override
    public void disconnect() {
        if (asked.compareAndSet(false, true)) {
            leaveAfter(tellMaster());
        }
    }

    /** Done when the master has answered, or cannot answer. */
    private CompletableFuture<Boolean> tellMaster() {
        return channel()
                .runtime()
                .request(ForkMessage.of(Act.LEAVE), Boolean.class, ANSWER_LIMIT)
                .exceptionally(failure -> {
                    LOG.debug("the master has not answered that this worker leaves", failure);
                    return false;
                });
    }

    private void leaveAfter(CompletableFuture<Boolean> told) {
        tellLeaving();
        CompletableFuture<Void> finished = CompletableFuture.allOf(told, leaveAll());
        EventThread.get().holdUntil(finished.thenCompose(done -> awaitLastMessages()));
    }

    /** Their senders were told that this worker has them. The master ends the channel behind the last message. */
    private CompletableFuture<Void> awaitLastMessages() {
        channel().runtime().send(ForkMessage.of(Act.DONE));
        return ended.copy()
                .orTimeout(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(tooLate -> {
                    LOG.warn(
                            "the master has not ended the channel within {} s: this worker ends it",
                            ANSWER_LIMIT.toSeconds());
                    channel().disconnect();
                    return null;
                });
    }

    /** Done when no more connections come, and the last one has ended. */
    private CompletableFuture<Void> leaveAll() {
        CompletableFuture<Void> closed = requests.leave();
        return CompletableFuture.allOf(closed, listeners.leave(), sockets.leave());
    }

    @Override
    public void kill() {
        killed = true;
        asked.set(true);
        tellLeaving();
        if (isConnected()) {
            EventThread.get().holdUntil(tellMaster().thenRun(channel()::disconnect));
        } else {
            CurrentProcess.exit(0);
        }
    }

    /** Called on handoff-events, before the program's listeners: the process must not end before those have run. */
    private void onChannelEnd() {
        new Orphan(role().masterPid(), new RuntimePaths(role().directory()), listeners.files())
                .removeWhatTheMasterLeft();
        tellLeaving();
        disconnected.fire(this);
        ended.complete(null);
        if (killed || !asked.get()) {
            EventThread.get().enqueue(() -> CurrentProcess.exit(0));
        }
    }

    @Override
    public Subscription onDisconnect(Runnable listener) {
        return disconnected.add(self -> listener.run());
    }
}
