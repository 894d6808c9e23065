package dev.handoff.master;

import dev.handoff.acceptor.Acceptor;
import dev.handoff.cluster.WorkerState;
import dev.handoff.control.ControlPeer;
import dev.handoff.master.Startup.Step;
import dev.handoff.probe.Prober;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.spi.Logs;
import dev.handoff.unix.RareLog;
import dev.handoff.wire.ControlFrame;
import dev.handoff.wire.ControlFrame.Drained;
import dev.handoff.wire.ControlFrame.Exhausted;
import dev.handoff.wire.ControlFrame.Failed;
import dev.handoff.wire.ControlFrame.Hello;
import dev.handoff.wire.ControlFrame.Leave;
import dev.handoff.wire.ControlFrame.Listening;
import dev.handoff.wire.ControlFrame.Started;
import dev.handoff.workers.WorkerSteps;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** What workers say, and what is seen of them, on the way from hello to exit. The supervisor's thread only. */
final class Reports {
    private static final Logger LOG = Logs.of(Reports.class);
    private static final Duration LAST_WORDS = Duration.ofMillis(200);

    private final RareLog nonsense = new RareLog(LOG);
    private final Roster roster;
    private final Lifecycle lifecycle;
    private final StopSequence stop;
    private final Acceptor acceptor;
    private final Prober prober;
    private final SupervisorProxy proxy;
    private final Consumer<ManagedWorker> readyListener;
    private final BiConsumer<ManagedWorker, Cut> cutListener;
    private final Executor probeAgain;
    private final OomKills oomKills = new OomKills();

    /**
     * Reports of the workers in a roster.
     *
     * @param probeEvery how long to wait before a worker is asked again that was not ready
     * @param readyListener told of each worker that has answered its probe
     * @param cutListener told of each worker that has ended what ended with it
     */
    Reports(
            Roster roster,
            Lifecycle lifecycle,
            StopSequence stop,
            Acceptor acceptor,
            Prober prober,
            SupervisorProxy proxy,
            Duration probeEvery,
            Consumer<ManagedWorker> readyListener,
            BiConsumer<ManagedWorker, Cut> cutListener) {
        this.roster = roster;
        this.lifecycle = lifecycle;
        this.stop = stop;
        this.acceptor = acceptor;
        this.prober = prober;
        this.proxy = proxy;
        // It only enqueues, and so may run on the JDK's own thread for delays.
        this.probeAgain =
                CompletableFuture.delayedExecutor(probeEvery.toMillis(), TimeUnit.MILLISECONDS, Runnable::run);
        this.readyListener = readyListener;
        this.cutListener = cutListener;
    }

    // --- the way up -------------------------------------------------------------------------------------------------

    void onHello(ControlPeer peer, Hello hello, long nowNanos) {
        Optional<ManagedWorker> worker = roster.find(hello.workerId());
        Optional<String> rejection = worker.isEmpty()
                ? Optional.of("it says that it is worker " + hello.workerId() + ", and there is none")
                : worker.get().helloCheck().rejection(hello, peer.pid());
        if (worker.isPresent() && rejection.isEmpty()) {
            onHello(worker.get(), peer, hello, nowNanos);
        } else {
            rejection.ifPresent(peer::reject);
        }
    }

    private void onHello(ManagedWorker worker, ControlPeer peer, Hello hello, long nowNanos) {
        Optional<String> mismatch = HelloCheck.mismatch(hello);
        if (mismatch.isPresent()) {
            worker.noteRefused(mismatch.get());
            peer.refuse(mismatch.get());
        } else {
            lifecycle.online(worker, peer, hello, nowNanos);
        }
    }

    void onFrame(int workerId, ControlFrame frame, long nowNanos) {
        roster.find(workerId).ifPresent(worker -> onFrame(worker, frame, nowNanos));
    }

    private void onFrame(ManagedWorker worker, ControlFrame frame, long nowNanos) {
        if (frame instanceof Listening listening) {
            worker.startup().offers(listening.services());
        } else if (frame instanceof Started) {
            worker.startup().done(Step.HANDLERS_STARTED);
            probeIfDue(worker, nowNanos);
        } else if (frame instanceof Failed failed) {
            worker.noteComplaint(failed.reason());
            worker.control().ifPresent(ControlPeer::close);
        } else if (frame instanceof Leave leave) {
            onLeave(worker, leave.reason(), nowNanos);
        } else if (frame instanceof Exhausted exhausted) {
            onExhausted(worker, exhausted.reason(), nowNanos);
        } else if (frame instanceof Drained drained) {
            onDrained(worker, new Cut(drained.connectionsCut(), drained.requestsCut()));
        } else {
            nonsense.warn(
                    worker + " sent a " + frame.getClass().getSimpleName() + ", which is none of a worker's frames");
        }
    }

    void onLanesOpen(int workerId, long nowNanos) {
        roster.find(workerId).ifPresent(worker -> {
            worker.startup().done(Step.LANES_OPEN);
            probeIfDue(worker, nowNanos);
        });
    }

    private void probeIfDue(ManagedWorker worker, long nowNanos) {
        if (worker.isToBeProbed()) {
            lifecycle.probing(worker, nowNanos);
            probe(worker);
        }
    }

    private void probe(ManagedWorker worker) {
        prober.probe(worker.id(), worker.startup().protocols(), failure -> proxy.probed(worker, failure));
    }

    void onProbeAgain(ManagedWorker worker) {
        if (worker.isBeingProbed()) {
            probe(worker);
        }
    }

    void onProbed(ManagedWorker worker, Optional<String> failure, long nowNanos) {
        if (!worker.isBeingProbed()) {
            LOG.debug("{} is {}: its probe means nothing any more", worker, worker.state());
        } else if (failure.isPresent()) {
            if (worker.startup().noteProbeFailure(failure.get())) {
                LOG.info("{}: {}; it is asked again until its start limit", worker, failure.get());
            }
            probeAgain.execute(() -> proxy.probeAgain(worker));
        } else {
            lifecycle.ready(worker, nowNanos);
            readyListener.accept(worker);
        }
    }

    // --- the way down -----------------------------------------------------------------------------------------------

    /** While the listeners are being closed some worker must serve what comes in. Then all leave together, a little later. */
    private void onLeave(ManagedWorker worker, String reason, long nowNanos) {
        worker.noteAskedToLeave();
        if (stop.phase() != StopSequence.Phase.CLOSING && !worker.isLeaving()) {
            lifecycle.drain(worker, nowNanos, "it asks to leave: " + reason);
        }
    }

    /** One that does not serve yet is no better than its successor would be. */
    private void onExhausted(ManagedWorker worker, String reason, long nowNanos) {
        if (WorkerSteps.isServing(worker.state())) {
            lifecycle.exhausted(worker, reason, nowNanos);
        }
    }

    private void onDrained(ManagedWorker worker, Cut cut) {
        if (!cut.isNothing()) {
            LOG.warn("{}: {}, were cut at the drain limit", worker, cut);
        }
        worker.noteCut(cut);
        stop.countCut((int) cut.requests());
        worker.finishMessages();
        worker.control().ifPresent(ControlPeer::close);
    }

    void onLaneFailed(int workerId, String reason, long nowNanos) {
        roster.find(workerId).ifPresent(worker -> worker.noteGone("a lane has failed: " + reason, nowNanos));
    }

    /** Until its process is gone the connections of that lane wait: no other worker may have them, and no close reaches them. */
    void onLaneBroken(int workerId, String reason, long nowNanos) {
        roster.find(workerId)
                .filter(worker -> worker.mayEnter(WorkerState.TERMINATING))
                .ifPresent(worker -> lifecycle.terminate(
                        worker,
                        nowNanos,
                        "it broke a lane (" + reason + "): sent TERM, KILL follows; connections that it had not"
                                + " acknowledged there are closed with it"));
    }

    /** A process that ends closes its channel a moment earlier: why it did tells only its exit. */
    void onChannelEnd(ControlPeer peer, @Nullable IOException failure, long nowNanos) {
        String why = failure == null ? "" : ": " + failure.getMessage();
        roster.find(peer.workerId()).ifPresent(worker -> {
            lifecycle.disconnected(worker, nowNanos);
            acceptor.workerSuspended(worker.id());
            worker.noteGone("its control channel has ended" + why, nowNanos);
        });
    }

    /** What a worker has printed that was never ready is most of what there is to know of it: that is waited for. */
    void onExit(ManagedWorker worker, ExitStatus status, long nowNanos) {
        CompletableFuture<Void> heard = worker.output().onEnd();
        if (worker.wasReady() || heard.isDone()) {
            onExitHeard(worker, status, nowNanos);
        } else {
            heard.completeOnTimeout(null, LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)
                    .thenRun(() -> proxy.exitedAndHeard(worker, status));
        }
    }

    void onExitHeard(ManagedWorker worker, ExitStatus status, long nowNanos) {
        String cause = ExitCause.of(
                status,
                worker.exitedAfterDisconnect(),
                worker.hasSaidHello(),
                worker.isBeingKilled(),
                oomKills.haveRisen(),
                worker.lastLines());
        if (worker.isBeingKilled()) {
            stop.countForced();
        }
        String complaint = worker.complaint().isEmpty() ? "" : ": " + worker.complaint();
        Cut cut = worker.cut();
        String lost = cut.isNothing() ? "" : "; " + cut + ", were cut";
        cutListener.accept(worker, cut);
        lifecycle.exited(worker, status, cause + complaint + lost, nowNanos);
    }
}
