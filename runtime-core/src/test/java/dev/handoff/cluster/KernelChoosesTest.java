package dev.handoff.cluster;

import static dev.handoff.cluster.RelayingMaster.relay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers that accept by themselves from what their master has opened. */
@Timeout(90)
class KernelChoosesTest {
    private final List<ChildProcess> masters = new ArrayList<>();

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
            CurrentProcess.onSignal(Signal.TERM, cluster::disconnect);
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
    void underTheSharedPolicyAllClientsAreServedAlsoWhenAWorkerIsKilled() throws Exception {
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
            master.kill(Signal.TERM);
            assertThat(end.join()).isEqualTo(new ExitStatus.Exited(0));
        }
    }

    // --- orders, through a master of their own
    // --------------------------------------------------------------------------

    private ChildProcess relaying() {
        ChildProcess master = ChildProcess.fork(SpawnOptions.ofMain(RelayingMaster.class)
                .jvmArgs("-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dhandoff.policy=shared")
                .stdio(Stdio.inherit()));
        masters.add(master);
        return master;
    }

    private static int fork(ChildProcess master) {
        return Integer.parseInt(relay(master, 0, "fork", "", 0));
    }

    private static String listen(ChildProcess master, int worker, String how) {
        return relay(master, worker, "listen", how, 0);
    }

    private static int port(String address) {
        return Integer.parseInt(address.replaceFirst(".*:", ""));
    }

    @AfterEach
    void endMasters() {
        masters.forEach(ChildProcess::disconnect);
        masters.forEach(master -> await().until(() -> master.exitStatus().isPresent()));
    }

    @Test
    @NodeTest("test-cluster-server-restart-none.js")
    @Tag("slow")
    void whoClosesAndListensAgainGetsWhatTheOtherStillHas() throws Exception {
        ChildProcess master = relaying();
        int one = fork(master);
        int two = fork(master);
        String address = listen(master, one, "greet 127.0.0.1:0");
        for (int round = 0; round < 2; round++) {
            assertThat(listen(master, two, "greet 127.0.0.1:0")).isEqualTo(address);
            relay(master, two, "close", "", round);
        }
        relay(master, two, "leave", "", 0);
        assertThat(relay(master, two, "exit status", "", 0)).isEqualTo("exit code 0");
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port(address))) {
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(one + "\n");
        }
        relay(master, one, "leave", "", 0);
        assertThat(relay(master, one, "exit status", "", 0)).isEqualTo("exit code 0");
    }

    @Test
    @NodeTest("test-cluster-net-listen-ipv6only-none.js")
    @Tag("slow")
    void onlyIpv6LeavesTheIpv4PortFree() throws Exception {
        ChildProcess master = relaying();
        String address = listen(master, fork(master), "greet [::]:0 onlyIpv6");
        assertThat(address).startsWith("[0:0:0:0:0:0:0:0]:");
        assertThat(listen(master, fork(master), "greet [::]:0 onlyIpv6")).isEqualTo(address);
        try (ServerSocket four = new ServerSocket(port(address), 1, InetAddress.getLoopbackAddress())) {
            assertThat(four.isBound()).isTrue();
        }
    }

    @Test
    @NodeTest("test-cluster-worker-disconnect-on-error.js")
    void whoDisconnectsBecauseItCannotListenEnds() throws Exception {
        ChildProcess master = relaying();
        int worker = fork(master);
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            relay(master, worker, "listenOrLeave", "127.0.0.1:" + other.getLocalPort(), 0);
            assertThat(relay(master, worker, "exit status", "", 0)).isEqualTo("exit code 0");
        }
    }

    @Test
    @NodeTest("test-cluster-net-listen-backlog.js")
    void theWorkersBacklogIsTheOneTheMasterListensWith() throws Exception {
        ChildProcess master = relaying();
        int worker = fork(master);
        int port = port(relay(master, worker, "listen", "greet 127.0.0.1:0 backlog", 2));
        // From here on no worker accepts.
        relay(master, worker, "freeze", "", 0);
        List<Socket> clients = new ArrayList<>();
        try {
            for (int count = 0; count < 20; count++) {
                Socket client = new Socket();
                clients.add(client);
                client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
            }
        } catch (SocketTimeoutException e) {
            assertThat(clients).as("the last of them waits in vain").hasSizeBetween(3, 5);
        } finally {
            for (Socket client : clients) {
                client.close();
            }
            relay(master, worker, "end", "", 0);
        }
        assertThat(clients).hasSizeLessThan(20);
    }

    private static String[] next(BlockingQueue<String> lines) throws InterruptedException {
        return Objects.requireNonNull(lines.poll(60, TimeUnit.SECONDS), "no worker listens within 60 s")
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
