package dev.handoff.cluster;

import static dev.handoff.cluster.RelayingMaster.relay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.NodeTest;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import dev.handoff.unix.ChildJvm;
import dev.handoff.unix.LowPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A master that lacks the privilege for low ports, whichever user runs the tests. */
@Timeout(90)
class LowPortTest {
    @ParameterizedTest
    @ValueSource(strings = {"round-robin", "shared"})
    @NodeTest("test-cluster-bind-privileged-port.js")
    @NodeTest("test-cluster-shared-handle-bind-privileged-port.js")
    void aPortThatTakesAPrivilegeIsRefusedToTheWorkerThatAsked(String policy) throws Exception {
        int port = LowPort.highest();
        assumeThat(port).as("a port that takes a privilege").isPositive();
        try (ChildProcess master = ChildProcess.fork(unprivileged(policy))) {
            int worker = Integer.parseInt(relay(master, 0, "fork", "", 0));
            assertThat(relay(master, worker, "listen", "greet 127.0.0.1:" + port, 0))
                    .startsWith("EACCES cannot listen on 127.0.0.1:" + port);
            master.disconnect();
            await().until(() -> master.exitStatus().isPresent());
        }
    }

    private static SpawnOptions unprivileged(String policy) throws IOException {
        List<String> prefix = new ArrayList<>(List.of("env", "HANDOFF_POLICY=" + policy));
        prefix.addAll(LowPort.withoutPrivilege());
        List<String> command = ChildJvm.command(prefix, RelayingMaster.class);
        return SpawnOptions.of(
                        command.get(0), command.subList(1, command.size()).toArray(String[]::new))
                .stdio(Stdio.inherit());
    }
}
