package dev.handoff.signals;

import dev.handoff.acceptor.Platform;
import dev.handoff.cluster.StartException;
import dev.handoff.cluster.StopResult;
import dev.handoff.cluster.SupervisedCluster;
import dev.handoff.cluster.SupervisedCluster.IfRunning;
import dev.handoff.process.spi.Halt;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.NoThreadException;
import dev.handoff.process.spi.SpareThreads;
import dev.handoff.process.spi.TaskThreads;
import dev.handoff.unix.Signals;
import dev.handoff.unix.Terminal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;

/**
 * What signals mean to a master.
 *
 * <pre>
 *   TERM, INT    graceful stop; a second one, half a second later or more: at once, exit 143 or 130
 *   HUP          roll; a graceful stop instead if it was started on a terminal and that is gone
 *   TTIN, TTOU   one worker more, one less
 *   USR1         nothing
 * </pre>
 *
 * USR2 is the JVM's own. A signal handler only enqueues.
 */
public final class MasterSignals {
    private static final Logger LOG = Logs.of(MasterSignals.class);
    private static final int EXIT_BY_INT = 130;
    private static final int EXIT_BY_TERM = 143;
    private static final Duration KILL_LIMIT = Duration.ofSeconds(2);
    private static final StopResult NOT_EVEN_KILLED = new StopResult(0, 0);

    /** The exit code of a process that a second signal ends, 0 for none: signals are one per process. */
    private static final AtomicInteger END_AT_ONCE = new AtomicInteger();

    private final CompletableFuture<SupervisedCluster> cluster = new CompletableFuture<>();
    private final boolean onTerminal = Terminal.isControlling();
    private final StopSignals stops = new StopSignals();
    private final List<String> ignored = new ArrayList<>();
    /** Started at once, so that a signal is obeyed even while the kernel grants no thread. */
    private final Executor thread;

    private MasterSignals() throws NoThreadException {
        thread = new TaskThreads("handoff-signals-", 1, 1);
        SpareThreads.keep();
    }

    /**
     * Obeys signals. Those that come before the cluster has started wait for it.
     *
     * @throws StartException on another platform
     * @throws NoThreadException if the kernel does not grant what that needs
     */
    public static MasterSignals obeyFromNowOn() throws IOException {
        Platform.checkThisOne();
        Signals.useTerminalFromBackground();
        MasterSignals signals = new MasterSignals();
        signals.on("TERM", arrivedNanos -> signals.stop(EXIT_BY_TERM, arrivedNanos));
        signals.on("INT", arrivedNanos -> signals.stop(EXIT_BY_INT, arrivedNanos));
        signals.on("HUP", signals::hangUp);
        signals.on("TTIN", arrivedNanos -> signals.tell(one -> one.scaleBy(1)));
        signals.on("TTOU", arrivedNanos -> signals.tell(one -> one.scaleBy(-1)));
        signals.on("USR1", arrivedNanos -> LOG.debug("USR1: there are no log files of ours to reopen"));
        return signals;
    }

    /** Says which master the signals are for. Nothing may be logged before: only a master's output waits for no reader. */
    public void becomeResponsibleFor(SupervisedCluster responsibleFor) {
        cluster.complete(responsibleFor);
        for (String signal : ignored) {
            LOG.info("SIG{} was ignored when this process was started (nohup, or & in a script) and stays so", signal);
        }
    }

    private void tell(Consumer<SupervisedCluster> order) {
        cluster.thenAccept(order);
    }

    private void on(String signal, LongConsumer action) {
        if (!Signals.handle(signal, () -> enqueue(action, System.nanoTime()))) {
            ignored.add(signal);
        }
    }

    private void enqueue(LongConsumer action, long arrivedNanos) {
        thread.execute(() -> action.accept(arrivedNanos));
    }

    private void stop(int exitCode, long arrivedNanos) {
        switch (stops.take(arrivedNanos)) {
            case STOP -> {
                tell(SupervisedCluster::stop);
                LOG.info(
                        "stopping: another TERM or INT, at least {} ms after this one, stops at once and cuts requests",
                        StopSignals.ONE_ORDER.toMillis());
            }
            case SAME_ORDER -> LOG.debug("the order to stop came once more: sent to the process and to its group");
            case AT_ONCE -> stopAtOnce(exitCode);
        }
    }

    private void stopAtOnce(int exitCode) {
        END_AT_ONCE.compareAndSet(0, exitCode);
        tell(SupervisedCluster::kill);
        cluster.thenCompose(SupervisedCluster::stopped)
                .completeOnTimeout(NOT_EVEN_KILLED, KILL_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .thenRun(MasterSignals::haltIfAtOnce);
        LOG.warn("stopping at once");
    }

    /** Ends the process with the code of a second signal, if there was one. */
    public static void haltIfAtOnce() {
        int exitCode = END_AT_ONCE.get();
        if (exitCode != 0) {
            Halt.now(exitCode);
        }
    }

    private void hangUp(long arrivedNanos) {
        if (onTerminal && !Terminal.isControlling()) {
            stop(EXIT_BY_TERM, arrivedNanos);
        } else {
            tell(one -> one.reload(IfRunning.QUEUE));
        }
    }
}
