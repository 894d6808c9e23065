package dev.handoff.sample.programs;

import dev.handoff.cluster.Worker;
import dev.handoff.cluster.WorkerState;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Looks all the time how many of its workers are ready. Argument: the file for the fewest and the most. */
public final class Watched {
    private final ClusterServer server;
    private final Path file;
    private int fewest = Integer.MAX_VALUE;
    private int most;

    private Watched(ClusterServer server, Path file) {
        this.server = server;
        this.file = file;
    }

    public static void main(String[] args) throws Exception {
        ClusterServer server = ClusterServer.builder(Http.handler(request -> Who.answers()))
                .port(0)
                .signals(true)
                .start();
        Watched watched = new Watched(server, Path.of(args[0]));
        Thread watcher = new Thread(watched::watch, "watcher");
        watcher.setDaemon(true);
        watcher.start();
    }

    private void watch() {
        try {
            while (true) {
                look();
                Thread.sleep(1);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("cannot watch", e);
        }
    }

    private void look() throws IOException {
        int ready = (int) server.cluster().workers().values().stream()
                .map(Worker::state)
                .filter(WorkerState.READY::equals)
                .count();
        if (ready < fewest || ready > most) {
            fewest = Math.min(fewest, ready);
            most = Math.max(most, ready);
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.writeString(next, fewest + " " + most);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
