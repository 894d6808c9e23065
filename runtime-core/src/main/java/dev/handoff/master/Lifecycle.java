package dev.handoff.master;

import dev.handoff.acceptor.Acceptor;
import dev.handoff.cluster.WorkerState;
import dev.handoff.control.ControlPeer;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Signal;
import dev.handoff.process.spi.Logs;
import dev.handoff.wire.ControlFrame.Hello;
import dev.handoff.wire.ControlFrame.Welcome;
import dev.handoff.workers.ClusterEvents;
import dev.handoff.workers.WorkerSteps;
import java.time.Duration;
import org.slf4j.Logger;

/**
 * The steps of a worker's life, each with all that goes with it: its state, its place in the rotation, its channel, the
 * event. Decides nothing. The supervisor's thread only.
 */
final class Lifecycle {
    private static final Logger LOG = Logs.of(Lifecycle.class);

    /** Hears of workers that have to be replaced although the master did not want it. */
    interface Losses {
        /**
         * A worker was lost: it takes no more. Once for each.
         *
         * @param before what state it was in
         */
        void onLost(ManagedWorker worker, WorkerState before, String why, long nowNanos);

        /** A worker has run out of something, and serves on. */
        default void onExhausted(ManagedWorker worker, String why, long nowNanos) {}
    }

    private final Acceptor acceptor;
    private final ClusterEvents events;
    private final Welcome welcome;
    private final TicketRotation tickets;
    private final Losses losses;

    Lifecycle(Acceptor acceptor, ClusterEvents events, Welcome welcome, TicketRotation tickets, Losses losses) {
        this.acceptor = acceptor;
        this.events = events;
        this.welcome = welcome;
        this.tickets = tickets;
        this.losses = losses;
    }

    /** Its process was started. */
    void forked(ManagedWorker worker) {
        LOG.debug("{} was started", worker);
        acceptor.expect(worker.id(), worker.slot(), worker.pid(), worker.token(), worker::endedConnections);
        events.publish("worker.forked", worker, "");
    }

    /** It has said a hello that was found good. */
    void online(ManagedWorker worker, ControlPeer peer, Hello hello, long nowNanos) {
        worker.enter(WorkerState.ONLINE, nowNanos, "hello from Java " + hello.java());
        worker.connect(peer);
        peer.welcome(worker.id(), tickets.current(), welcome);
        events.publish("worker.online", worker, "Java " + hello.java());
    }

    /** It serves as far as it knows. */
    void probing(ManagedWorker worker, long nowNanos) {
        worker.enter(WorkerState.PROBING, nowNanos, "its handlers have started");
        events.publish("worker.listening", worker, "");
    }

    /** It has answered its probe. */
    void ready(ManagedWorker worker, long nowNanos) {
        String took = Duration.ofNanos(nowNanos - worker.forkedNanos()).toMillis() + " ms after the fork";
        worker.enter(WorkerState.READY, nowNanos, "probe answered, " + took);
        acceptor.workerReady(worker.id(), worker.startup().services());
        events.publish("worker.ready", worker, took);
    }

    /** It gets nothing for now. */
    void suspect(ManagedWorker worker, long nowNanos, String why) {
        acceptor.workerSuspended(worker.id());
        worker.enter(WorkerState.SUSPECT, nowNanos, why);
        events.publish("worker.suspect", worker, why);
    }

    /** Its event loops run again. */
    void recovered(ManagedWorker worker, long nowNanos) {
        worker.enter(WorkerState.READY, nowNanos, "its event loops run again");
        acceptor.workerReady(worker.id(), worker.startup().services());
        events.publish("worker.recovered", worker, "");
    }

    /** It has run out of something, and serves until a successor is ready. Again while that lasts. */
    void exhausted(ManagedWorker worker, String why, long nowNanos) {
        if (worker.noteExhausted(nowNanos)) {
            LOG.warn("{} has run out, and serves until a successor is ready: {}", worker, why);
            events.publish("worker.exhausted", worker, why);
            losses.onExhausted(worker, why, nowNanos);
        }
    }

    /** Writes a dump of all its threads to its output. */
    void dump(ManagedWorker worker, String why) {
        events.publish("worker.dump", worker, why);
        worker.signal(Signal.QUIT);
    }

    /** The master wants it to leave: gracefully if it serves, else at once, for no client misses it. It is not lost. */
    void retire(ManagedWorker worker, long nowNanos, String why) {
        worker.noteAskedToLeave();
        if (WorkerSteps.isServing(worker.state())) {
            beginDrain(worker, nowNanos, why);
        } else {
            beginTermination(worker, nowNanos, why);
        }
    }

    /** It takes no more and finishes what it has. */
    void drain(ManagedWorker worker, long nowNanos, String why) {
        WorkerState before = worker.state();
        beginDrain(worker, nowNanos, why);
        tellLoss(worker, before, why, nowNanos);
    }

    private void beginDrain(ManagedWorker worker, long nowNanos, String why) {
        WorkerState before = worker.state();
        worker.enter(WorkerState.DRAINING, nowNanos, why);
        acceptor.drain(worker.id());
        events.publish("worker.draining", worker, why);
        tellLeaving(worker, before, why);
    }

    /** It is told to end at once. */
    void terminate(ManagedWorker worker, long nowNanos, String why) {
        WorkerState before = worker.state();
        beginTermination(worker, nowNanos, why);
        tellLoss(worker, before, why, nowNanos);
    }

    private void beginTermination(ManagedWorker worker, long nowNanos, String why) {
        WorkerState before = worker.state();
        worker.enter(WorkerState.TERMINATING, nowNanos, why);
        acceptor.drain(worker.id());
        worker.signal(Signal.TERM);
        tellLeaving(worker, before, why);
    }

    /** It is ended, whatever it does. */
    void kill(ManagedWorker worker, long nowNanos, String why) {
        WorkerState before = worker.state();
        worker.enter(WorkerState.KILLING, nowNanos, why);
        events.publish("worker.killed", worker, why);
        worker.signal(Signal.KILL);
        tellLeaving(worker, before, why);
        tellLoss(worker, before, why, nowNanos);
    }

    /** Its control channel has ended. */
    void disconnected(ManagedWorker worker, long nowNanos) {
        if (worker.disconnected(nowNanos)) {
            events.publish("worker.disconnected", worker, "");
        }
    }

    /** The kernel has reported the end of its process. */
    void exited(ManagedWorker worker, ExitStatus status, String why, long nowNanos) {
        WorkerState before = worker.state();
        acceptor.workerExited(worker.id());
        worker.exit(status, nowNanos, why);
        tellLeaving(worker, before, why);
        tellLoss(worker, before, why, nowNanos);
        events.publish("worker.exited", worker, why);
    }

    private void tellLeaving(ManagedWorker worker, WorkerState before, String why) {
        if (!WorkerSteps.isLeaving(before)) {
            events.publish("worker.leaving", worker, why);
        }
    }

    private void tellLoss(ManagedWorker worker, WorkerState before, String why, long nowNanos) {
        if (!WorkerSteps.isLeaving(before)) {
            losses.onLost(worker, before, why, nowNanos);
        }
    }
}
