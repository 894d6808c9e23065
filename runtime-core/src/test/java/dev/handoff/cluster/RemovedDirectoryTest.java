package dev.handoff.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.ChildProcessException;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Handle;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What removes old files takes the directory in which workers find the master that forks them. */
@Timeout(90)
class RemovedDirectoryTest {
    @Test
    void workersAreForkedAndListenAfterItWasRemoved(@TempDir Path directory) throws IOException {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        String said = ChildProcess.execFileSync(SpawnOptions.ofMain(
                                Robbed.class,
                                temporary.toString(),
                                directory.resolve("socket").toString())
                        .jvmArgs(
                                "-Xmx32m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Djava.io.tmpdir=" + temporary)
                        .stderr(Stdio.inherit()))
                .stdout();
        assertThat(said.lines()).containsExactly("worker 1 listens", "worker 2 listens", "worker 3 listens");
        assertThat(handoffs(temporary)).isEmpty();
    }

    @Test
    void aMissingPlaceForTemporaryFilesIsNamed(@TempDir Path directory) {
        Path gone = directory.resolve("gone");
        assertThatThrownBy(() -> ChildProcess.execFileSync(SpawnOptions.ofMain(Robbed.class, gone.toString(), "none")
                        .jvmArgs("-Xmx32m", "-XX:+UseSerialGC", "-Djava.io.tmpdir=" + gone)))
                .isInstanceOfSatisfying(
                        ChildProcessException.class,
                        failure -> assertThat(failure.output().orElseThrow().stderr())
                                .contains("cannot make a directory for sockets in " + gone));
    }

    private static List<Path> handoffs(Path temporary) throws IOException {
        try (Stream<Path> all = Files.list(temporary)) {
            return all.filter(path -> path.getFileName().toString().startsWith("handoff-"))
                    .toList();
        }
    }

    /** A master of three workers on one path, whose directory goes before each of the last two. */
    static final class Robbed {
        private Robbed() {}

        public static void main(String[] arguments) {
            if (Cluster.isWorker()) {
                Cluster.worker().listen(ListenOptions.unix(Path.of(arguments[1])), Handle::close);
                return;
            }
            ForkingCluster cluster = Cluster.master();
            cluster.onListening((worker, address) -> {
                System.out.println("worker " + worker.id() + " listens");
                if (worker.id() == 3) {
                    cluster.disconnect();
                } else {
                    remove(Path.of(arguments[0]));
                    cluster.fork();
                }
            });
            cluster.fork().onError(failure -> {
                System.err.println(failure.getMessage());
                CurrentProcess.exit(1);
            });
        }

        private static void remove(Path temporary) {
            try {
                for (Path directory : handoffs(temporary)) {
                    try (Stream<Path> tree = Files.walk(directory)) {
                        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                            Files.delete(path);
                        }
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
