package dev.handoff.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.process.CurrentProcess;
import dev.handoff.unix.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker starts is no worker, also when the worker and its master are gone: a restart script starts the service. */
class RestartScriptTest {
    private static final String WHEN_THE_MASTER_IS_GONE =
            "while kill -0 $0 2>/dev/null; do sleep 0.05; done; env > \"$1\".env; out=$1; shift; exec \"$@\" > \"$out\"";

    @Test
    void whatAWorkerHasStartedIsAMasterOnceItsOwnIsGone(@TempDir Path directory) throws Exception {
        Path told = directory.resolve("told");
        try (ChildJvm master = ChildJvm.start(Service.class, told.toString())) {
            await().until(() -> Files.exists(directory.resolve("told.started")));
            master.process().destroyForcibly().waitFor();
            await().until(() -> Files.exists(told) && Files.size(told) > 0);
        }
        assertThat(told).content().isEqualTo("worker: false\n");
        assertThat(directory.resolve("told.env")).content().doesNotContain("HANDOFF_");
    }

    /** A master with one worker, which starts the script in the JDK's way. */
    static final class Service {
        private Service() {}

        public static void main(String[] arguments) throws Exception {
            if (Cluster.isWorker()) {
                startScript(arguments[0]);
                Cluster.worker().onMessage(message -> {});
            } else {
                Cluster.master().fork();
            }
        }

        private static void startScript(String told) throws IOException {
            List<String> command = new ArrayList<>(
                    List.of("setsid", "sh", "-c", WHEN_THE_MASTER_IS_GONE, Long.toString(CurrentProcess.ppid()), told));
            command.addAll(ChildJvm.command(List.of(), Restarted.class));
            new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Files.createFile(new File(told + ".started").toPath());
        }
    }

    /** The service that is started once more. */
    static final class Restarted {
        private Restarted() {}

        public static void main(String[] arguments) {
            System.out.println("worker: " + Cluster.isWorker());
        }
    }
}
