package dev.handoff.sample.rig;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Starts clusters, and sees at the end of each test, for a shared one at the end of the class, that it stops gracefully,
 * leaves no process and no file behind, and has logged no error. What a cluster of a failed test has printed is shown.
 *
 * <p>To be registered as a static field: clusters started before the first test are shared by all.
 */
public final class Clusters implements BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    private final List<RunningCluster> shared = new ArrayList<>();
    private final List<RunningCluster> own = new ArrayList<>();
    private boolean inTest;

    /** Starts a cluster, and waits until all its workers are ready. */
    public RunningCluster start(ClusterBuilder cluster) {
        return launch(cluster).awaitReady();
    }

    /** Starts a cluster's master, and waits for nothing. */
    public RunningCluster launch(ClusterBuilder cluster) {
        RunningCluster running = cluster.start();
        (inTest ? own : shared).add(running);
        return running;
    }

    /** Stops a cluster before the test's end, and sees that nothing is left of it. */
    public void end(RunningCluster cluster) {
        own.remove(cluster);
        try {
            endStrictly(cluster);
        } catch (Throwable left) {
            show(cluster, "the end of a cluster");
            throw left;
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        inTest = true;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        inTest = false;
        if (context.getExecutionException().isPresent()) {
            shared.forEach(cluster -> show(cluster, context.getDisplayName()));
        }
        end(own, context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        end(shared, context);
    }

    private static void end(List<RunningCluster> clusters, ExtensionContext context) {
        List<RunningCluster> ending = List.copyOf(clusters);
        clusters.clear();
        AssertionError failure = null;
        for (RunningCluster cluster : ending) {
            boolean failed = context.getExecutionException().isPresent();
            try {
                endStrictly(cluster);
            } catch (Throwable left) {
                failed = true;
                failure = failure == null ? new AssertionError(left.getMessage(), left) : failure;
            }
            if (failed) {
                show(cluster, context.getDisplayName());
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static void endStrictly(RunningCluster cluster) {
        try {
            cluster.stop();
            cluster.awaitNothingLeft();
            cluster.assertNoErrors();
        } finally {
            cluster.destroy();
        }
    }

    private static void show(RunningCluster cluster, String test) {
        System.err.println("--- " + test + ": master " + cluster.master() + " and its workers have printed\n"
                + cluster.output().text() + "\n---");
    }
}
