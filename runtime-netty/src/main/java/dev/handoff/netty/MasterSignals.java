package dev.handoff.netty;

import dev.handoff.cluster.StopResult;
import dev.handoff.cluster.SupervisedCluster;
import dev.handoff.cluster.SupervisedCluster.IfRunning;
import dev.handoff.unix.Signals;
import dev.handoff.unix.Terminal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
    private static final Duration KILL_LIMIT = Duration.ofSeconds(2);
    private static final StopResult NOT_EVEN_KILLED = new StopResult(0, 0);

    /** The exit code of a process that a second signal ends, 0 for none: signals are one per process. */
    private static final AtomicInteger END_AT_ONCE = new AtomicInteger();

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
            END_AT_ONCE.compareAndSet(0, exitCode);
            tell(SupervisedCluster::kill);
            cluster.thenCompose(SupervisedCluster::stopped)
                    .completeOnTimeout(NOT_EVEN_KILLED, KILL_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                    .thenRun(MasterSignals::haltIfAtOnce);
        }
    }

    /** Ends the process with the code of a second signal, if there was one. */
    static void haltIfAtOnce() {
        int exitCode = END_AT_ONCE.get();
        if (exitCode != 0) {
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
