package dev.handoff.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Handle;
import dev.handoff.process.NodeTest;
import dev.handoff.process.Signal;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of workers and files when the master that has forked them is gone. */
@Timeout(90)
class MasterDeathTest {
    /** A master of two workers, which listen on the path that it is given. */
    static final class Mortal {
        private Mortal() {}

        public static void main(String[] arguments) {
            if (Cluster.isWorker()) {
                Cluster.worker().listen(ListenOptions.unix(Path.of(arguments[0])), Handle::close);
                return;
            }
            ForkingCluster cluster = Cluster.master();
            cluster.onListening((worker, address) -> System.out.println(worker.pid()));
            cluster.fork();
            cluster.fork();
            CurrentProcess.onSignal(Signal.TERM, () -> CurrentProcess.exit(1));
        }
    }

    @Test
    @NodeTest("test-cluster-primary-kill.js")
    void aKilledMastersWorkersEndAndTidyUp(@TempDir Path directory) throws Exception {
        dies(directory, Signal.KILL);
    }

    @Test
    @NodeTest("test-cluster-primary-error.js")
    @Tag("slow")
    void soDoThoseOfOneThatExits(@TempDir Path directory) throws Exception {
        dies(directory, Signal.TERM);
    }

    /** Its sockets' paths are longer than the kernel takes them. */
    private static void dies(Path parent, Signal signal) throws Exception {
        Path directory = Files.createDirectory(parent.resolve("d".repeat(132)));
        Path socket = directory.resolve("socket");
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        ChildProcess master = ChildProcess.spawn(SpawnOptions.ofMain(Mortal.class, socket.toString())
                .jvmArgs("-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + directory)
                .stderr(Stdio.inherit()));
        try (master) {
            master.stdout().onLine(lines::add);
            List<Long> workers = List.of(pid(lines), pid(lines));
            assertThat(socket).exists();
            master.kill(signal);
            await().until(() -> workers.stream().noneMatch(MasterDeathTest::isAlive));
            await().untilAsserted(() -> assertThat(ours(directory)).isEmpty());
        }
    }

    private static long pid(BlockingQueue<String> lines) throws InterruptedException {
        return Long.parseLong(
                Objects.requireNonNull(lines.poll(30, TimeUnit.SECONDS), "no worker listens within 30 s"));
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /** Without what the JVM leaves there. */
    private static List<Path> ours(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(path -> path.endsWith("socket")
                            || path.getFileName().toString().startsWith("handoff-"))
                    .toList();
        }
    }
}
