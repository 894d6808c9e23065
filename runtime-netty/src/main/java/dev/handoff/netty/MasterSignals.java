package dev.handoff.netty;

import dev.handoff.cluster.SupervisedCluster;
import dev.handoff.cluster.SupervisedCluster.IfRunning;
import dev.handoff.unix.Signals;
import dev.handoff.unix.Terminal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What signals mean to a master.
 *
 * <pre>
 *   TERM, INT    graceful stop; a second one: at once, exit 143 or 130
 *   HUP          roll; a graceful stop instead if it was started on a terminal and that is gone
 *   TTIN, TTOU   one worker more, one less
 *   USR1         nothing
 * </pre>
 *
 * USR2 is the JVM's own. A signal handler only enqueues.
 */
final class MasterSignals {
    private static final Logger LOG = LoggerFactory.getLogger(MasterSignals.class);
    private static final int EXIT_BY_INT = 130;
    private static final int EXIT_BY_TERM = 143;

    private final CompletableFuture<SupervisedCluster> cluster = new CompletableFuture<>();
    private final boolean onTerminal = Terminal.isControlling();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final Executor thread = Executors.newSingleThreadExecutor(task -> {
        Thread worker = new Thread(task, "handoff-signals");
        worker.setDaemon(true);
        return worker;
    });

    private MasterSignals() {}

    /** Obeys signals; those that come before there is a cluster wait for it. */
    static MasterSignals obeyFromNowOn() {
        MasterSignals signals = new MasterSignals();
        signals.on("TERM", () -> signals.stop(EXIT_BY_TERM));
        signals.on("INT", () -> signals.stop(EXIT_BY_INT));
        signals.on("HUP", signals::hangUp);
        signals.on("TTIN", () -> signals.tell(one -> one.scaleBy(1)));
        signals.on("TTOU", () -> signals.tell(one -> one.scaleBy(-1)));
        signals.on("USR1", () -> LOG.debug("USR1: there are no log files of ours to reopen"));
        return signals;
    }

    /** Says whom the signals are about. */
    void becomeResponsibleFor(SupervisedCluster responsibleFor) {
        cluster.complete(responsibleFor);
    }

    private void tell(Consumer<SupervisedCluster> order) {
        cluster.thenAccept(order);
    }

    private void on(String signal, Runnable action) {
        if (!Signals.handle(signal, () -> thread.execute(action))) {
            LOG.info("SIG{} was ignored when this process was started (nohup, or & in a script) and stays so", signal);
        }
    }

    private void stop(int exitCode) {
        if (stopping.compareAndSet(false, true)) {
            LOG.info("stopping: a second signal stops at once");
            tell(SupervisedCluster::stop);
        } else {
            LOG.warn("stopping at once");
            tell(SupervisedCluster::kill);
            Runtime.getRuntime().halt(exitCode);
        }
    }

    private void hangUp() {
        if (onTerminal && !Terminal.isControlling()) {
            stop(EXIT_BY_TERM);
        } else {
            tell(one -> one.reload(IfRunning.QUEUE));
        }
    }
}
