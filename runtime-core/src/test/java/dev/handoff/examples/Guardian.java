package dev.handoff.examples;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ForkingCluster;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Handle;
import dev.handoff.process.Signal;
import dev.handoff.process.Subscription;

/**
 * Forks exactly one worker for each that is gone, however it went. {@code disconnect} and {@code exit} both come for each: whoever
 * forks on both forks twice. {@code leaving} comes once, and first.
 */
public final class Guardian {
    private Guardian() {}

    /** Runs in the master and, once more, in each worker. */
    public static void main(String[] arguments) {
        if (Cluster.isMaster()) {
            guard(Cluster.master());
        } else {
            Cluster.worker().listen(ListenOptions.address("127.0.0.1", 0), Handle::close);
        }
    }

    private static void guard(ForkingCluster cluster) {
        cluster.onFork(worker -> System.out.println("forked worker " + worker.id() + ", pid " + worker.pid()));
        Subscription guard = cluster.onLeaving(worker -> cluster.fork());
        CurrentProcess.onSignal(Signal.TERM, () -> {
            guard.close();
            cluster.disconnect();
        });
        cluster.fork();
    }
}
