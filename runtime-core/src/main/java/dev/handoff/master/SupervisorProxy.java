package dev.handoff.master;

import dev.handoff.acceptor.Acceptor;
import dev.handoff.cluster.RollResult;
import dev.handoff.cluster.SupervisedCluster.IfRunning;
import dev.handoff.control.ControlPeer;
import dev.handoff.control.ControlServer;
import dev.handoff.process.ExitStatus;
import dev.handoff.wire.ControlFrame;
import dev.handoff.wire.ControlFrame.Hello;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The supervisor as other threads see it: each call becomes a message. Any thread. */
final class SupervisorProxy implements Acceptor.Events, ControlServer.Events {
    private final Inbox inbox;

    SupervisorProxy(Inbox inbox) {
        this.inbox = inbox;
    }

    // --- orders -----------------------------------------------------------------------------------------------------

    /** Asks for a roll; false if the cluster has stopped. */
    boolean reload(IfRunning ifRunning, CompletableFuture<RollResult> answer) {
        return inbox.put((supervisor, now) -> supervisor.onReload(ifRunning, answer, now));
    }

    /** Asks for another number of workers; false if the cluster has stopped. */
    boolean scale(int workers, CompletableFuture<Void> answer) {
        return inbox.put((supervisor, now) -> supervisor.onScale(workers, answer));
    }

    /** Asks for some workers more, or less; false if the cluster has stopped. */
    boolean scaleBy(int change, CompletableFuture<Void> answer) {
        return inbox.put((supervisor, now) -> supervisor.onScaleBy(change, answer));
    }

    /** Asks for the end. */
    void stop() {
        inbox.put(Supervisor::onStop);
    }

    /** Asks for the end at once. */
    void kill() {
        inbox.put(Supervisor::onKill);
    }

    /** Asks for a worker's graceful end. */
    void disconnect(ManagedWorker worker) {
        inbox.put((supervisor, now) -> supervisor.onDisconnectOrder(worker, now));
    }

    // --- what happens to workers ------------------------------------------------------------------------------------

    void exited(ManagedWorker worker, ExitStatus status) {
        inbox.put((supervisor, now) -> supervisor.reports().onExit(worker, status, now));
    }

    /** The end of a worker that never was ready, and all its last words. */
    void exitedAndHeard(ManagedWorker worker, ExitStatus status) {
        inbox.put((supervisor, now) -> supervisor.reports().onExitHeard(worker, status, now));
    }

    void probed(ManagedWorker worker, Optional<String> failure) {
        inbox.put(
                size(failure.orElse("")),
                (supervisor, now) -> supervisor.reports().onProbed(worker, failure, now));
    }

    /** It is time to ask a worker once more that has failed its probe. */
    void probeAgain(ManagedWorker worker) {
        inbox.put((supervisor, now) -> supervisor.reports().onProbeAgain(worker));
    }

    void listeningStopped() {
        inbox.put(Supervisor::onListeningStopped);
    }

    @Override
    public void onLanesOpen(int workerId) {
        inbox.put((supervisor, now) -> supervisor.reports().onLanesOpen(workerId, now));
    }

    @Override
    public void onLaneFailed(int workerId, String reason) {
        inbox.put(size(reason), (supervisor, now) -> supervisor.reports().onLaneFailed(workerId, reason, now));
    }

    @Override
    public void onLaneBroken(int workerId, String reason) {
        inbox.put(size(reason), (supervisor, now) -> supervisor.reports().onLaneBroken(workerId, reason, now));
    }

    @Override
    public void onOverloadBegin(String how) {
        inbox.put(size(how), (supervisor, now) -> supervisor.onOverload("overload.begin", how));
    }

    @Override
    public void onOverloadEnd(String how) {
        inbox.put(size(how), (supervisor, now) -> supervisor.onOverload("overload.end", how));
    }

    @Override
    public void onHello(ControlPeer peer, Hello hello) {
        inbox.put(hello.length(), (supervisor, now) -> supervisor.reports().onHello(peer, hello, now));
    }

    @Override
    public void onFrame(ControlPeer peer, ControlFrame frame) {
        inbox.put(frame.length(), (supervisor, now) -> supervisor.reports().onFrame(peer.workerId(), frame, now));
    }

    @Override
    public void onEnd(ControlPeer peer, @Nullable IOException failure) {
        inbox.put((supervisor, now) -> supervisor.reports().onChannelEnd(peer, failure, now));
    }

    private static long size(String text) {
        return (long) Character.BYTES * text.length();
    }
}
