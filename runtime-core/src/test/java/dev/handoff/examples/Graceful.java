package dev.handoff.examples;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.CurrentWorker;
import dev.handoff.cluster.ForkingCluster;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Handle;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;

/**
 * A worker that fails takes no more connections and says so (1), its master forks another at once (2), it finishes what it has,
 * and leaves (3). No client is refused meanwhile.
 */
public final class Graceful {
    private Graceful() {}

    /** Runs in the master and, once more, in each worker. */
    public static void main(String[] arguments) {
        if (Cluster.isMaster()) {
            replaceWhoLeaves(Cluster.master());
        } else {
            serveUntilSomethingFails(Cluster.worker());
        }
    }

    private static void replaceWhoLeaves(ForkingCluster cluster) {
        cluster.onListening((worker, address) ->
                System.out.println("worker " + worker.id() + " listens on port " + address.port()));
        cluster.onExit((worker, status) -> System.out.println("worker " + worker.id() + " has left: " + status));
        cluster.onLeaving(worker -> cluster.fork()); // 2
        cluster.fork();
    }

    private static void serveUntilSomethingFails(CurrentWorker self) {
        CurrentProcess.onUncaughtException((failure, thread) -> self.disconnect()); // 1 and 3
        self.listen(
                ListenOptions.address("127.0.0.1", 0),
                connection -> new Thread(() -> answer(self, connection)).start());
    }

    private static void answer(CurrentWorker self, Handle connection) {
        try (ByteChannel bytes = connection.open()) {
            String line = new BufferedReader(Channels.newReader(bytes, StandardCharsets.UTF_8)).readLine();
            if ("fail".equals(line)) {
                throw new IllegalStateException("a mistake");
            }
            String answer = "worker " + self.id() + " at work\n";
            bytes.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("a client went away", e);
        }
    }
}
