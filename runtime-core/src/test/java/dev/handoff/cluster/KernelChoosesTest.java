package dev.handoff.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Handle;
import dev.handoff.process.NodeTest;
import dev.handoff.process.Signal;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers that accept by themselves from what their master has opened. */
@Timeout(90)
class KernelChoosesTest {
    /** A master of two workers, which say hello. */
    static final class Shares {
        private Shares() {}

        public static void main(String[] arguments) {
            if (Cluster.isWorker()) {
                Cluster.worker().listen(ListenOptions.address("127.0.0.1", 0), Shares::greet);
                return;
            }
            ForkingCluster cluster = Cluster.master();
            cluster.onListening((worker, address) -> System.out.println(address.port() + " " + worker.pid()));
            cluster.fork();
            cluster.fork();
            CurrentProcess.onSignal(Signal.HUP, cluster::disconnect);
        }

        private static void greet(Handle connection) {
            try (ByteChannel bytes = connection.open()) {
                bytes.write(ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    @NodeTest("test-cluster-disconnect-unshared-tcp.js")
    @NodeTest("test-cluster-shared-leak.js")
    void underTheSharedPolicyEverybodyIsServedWhoeverAcceptsAlsoWhenOneIsKilled() throws Exception {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        CompletableFuture<ExitStatus> end = new CompletableFuture<>();
        ChildProcess master = ChildProcess.spawn(SpawnOptions.ofMain(Shares.class)
                .jvmArgs("-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dhandoff.policy=shared")
                .stderr(Stdio.inherit()));
        try (master) {
            master.stdout().onLine(lines::add);
            master.onClose(end::complete);
            String[] first = next(lines);
            String[] second = next(lines);
            assertThat(second[0]).isEqualTo(first[0]);
            greet(Integer.parseInt(first[0]));
            CurrentProcess.kill(Long.parseLong(first[1]), Signal.KILL);
            greet(Integer.parseInt(first[0]));
            master.kill(Signal.HUP);
            assertThat(end.join()).isEqualTo(new ExitStatus.Exited(0));
        }
    }

    private static String[] next(BlockingQueue<String> lines) throws InterruptedException {
        return Objects.requireNonNull(lines.poll(30, TimeUnit.SECONDS), "nobody listens within 30 s")
                .split(" ", 2);
    }

    private static void greet(int port) throws IOException {
        for (int count = 0; count < 10; count++) {
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.setSoTimeout(30_000);
                assertThat(client.getInputStream().readNBytes(5)).isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
