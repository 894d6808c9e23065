package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.SupervisedCluster;
import dev.handoff.process.CurrentProcess;
import dev.handoff.unix.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster under {@code LC_ALL=C}: what workers are told and what they say stays as it is. */
class AsciiLocaleWorkersTest {
    private static final String TEXT = "gr\u00fc\u00df\u20ac";

    @Test
    void whatAWorkerIsToldAndSaysStaysAsItIs(@TempDir Path run) throws Exception {
        List<String> bothStreams = List.of("sh", "-c", "exec \"$@\" 2>&1", "sh");
        try (ChildJvm master =
                ChildJvm.start(bothStreams, Map.of("LC_ALL", "C"), Program.class, "master", run.toString())) {
            assertThat(master.output().lines().toList())
                    .anyMatch(line -> line.endsWith("] says " + TEXT))
                    .anyMatch(line -> line.endsWith("] variable " + TEXT))
                    .anyMatch(line -> line.endsWith("] argument " + TEXT))
                    .anyMatch(line -> line.contains("PROBING \u2192 READY"))
                    .noneMatch(line -> line.contains("?"));
            assertThat(master.exitCode()).isZero();
        }
    }

    /** A master that stops when its worker is ready, and that worker. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws Exception {
            if (Cluster.isWorker()) {
                System.out.println("says " + TEXT);
                System.out.println("variable " + CurrentProcess.env().get("SAID"));
                System.out.println("argument " + CurrentProcess.argv().get(2));
                TestWorker.main(new String[0]);
            } else {
                supervise(arguments[1]).close();
            }
        }

        private static SupervisedCluster supervise(String run) {
            return Cluster.supervise(ClusterSettings.defaults()
                    .with(Setting.WORKERS, 1)
                    .with(Setting.RUN_DIRECTORY, run)
                    .listen(ListenOptions.address("127.0.0.1", 0))
                    .main(Program.class, TEXT)
                    .environment(Map.of("SAID", TEXT))
                    .jvmArgs("-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        }
    }
}
