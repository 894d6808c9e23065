package dev.handoff.sample.programs;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ClusterEvent;
import dev.handoff.cluster.Worker;
import dev.handoff.cluster.WorkerState;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.TreeSet;

/**
 * Counts its ready workers at each event, of which there is one for each change: nothing is too short to be seen. One that
 * is merely late counts as ready, for that is the machine's doing. Arguments: the file for the fewest and the most that
 * were ready since all were, and for how many have ended; how many all are.
 */
public final class Watched {
    private final Path file;
    private final int all;
    private final Set<Integer> ready = new TreeSet<>();
    private int fewest = Integer.MAX_VALUE;
    private int most;
    private int ended;

    private Watched(Path file, int all) {
        this.file = file;
        this.all = all;
    }

    public static void main(String[] args) {
        ClusterServer server = ClusterServer.builder(Http.handler(request -> Who.answers()))
                .port(0)
                .signals(true)
                .start();
        new Watched(Path.of(args[0]), Integer.parseInt(args[1])).watch(server.cluster());
    }

    private void watch(Cluster cluster) {
        var unused = cluster.onEvent(this::onEvent);
        cluster.workers().values().stream()
                .filter(worker -> worker.state() == WorkerState.READY)
                .map(Worker::id)
                .forEach(this::onReady);
    }

    private void onEvent(ClusterEvent event) {
        switch (event.name()) {
            case "worker.ready" -> onReady(event.workerId());
            case "worker.leaving" -> onLeaving(event.workerId());
            case "worker.exited" -> onExited();
            default -> {}
        }
    }

    private synchronized void onReady(int worker) {
        ready.add(worker);
        note();
    }

    private synchronized void onLeaving(int worker) {
        ready.remove(worker);
        note();
    }

    private synchronized void onExited() {
        ended++;
        note();
    }

    private void note() {
        most = Math.max(most, ready.size());
        if (most >= all) {
            fewest = Math.min(fewest, ready.size());
            write(fewest + " " + most + " " + ended);
        }
    }

    private void write(String text) {
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.writeString(next, text);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot say what was seen", e);
        }
    }
}
