package dev.handoff.netty.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ForkedWorker;
import dev.handoff.cluster.ForkingCluster;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.examples.NodeStyle;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.rig.TestCertificate;
import dev.handoff.process.ChildProcess;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Handle;
import dev.handoff.process.NodeTest;
import dev.handoff.process.Signal;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers that the program has forked serve with Netty. */
@Timeout(90)
class ForkedServerTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final InetAddress HOST = InetAddress.getLoopbackAddress();

    private final ForkingCluster cluster = Cluster.master();
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    /** A worker and where it listens: plain, then over TLS. */
    private record Serving(ForkedWorker worker, List<Integer> ports, CompletableFuture<ExitStatus> exit) {
        int port() {
            return ports.get(0);
        }
    }

    private Serving fork() {
        cluster.setupMaster(settings -> SpawnOptions.ofMain(ServingWorker.class)
                .jvmArgs("-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                .stderr(Stdio.inherit()));
        Serving serving = new Serving(
                cluster.fork(Map.of("HANDOFF_DRAIN_LIMIT", "3")),
                new CopyOnWriteArrayList<>(),
                new CompletableFuture<>());
        serving.worker().onListening(address -> serving.ports().add(address.port()));
        serving.worker().onExit(serving.exit()::complete);
        serving.worker().process().stdout().onLine(lines::add);
        await().until(() -> serving.ports().size() == 2);
        return serving;
    }

    @AfterEach
    void endWorkers() {
        cluster.workers().values().forEach(worker -> worker.kill(Signal.KILL));
        cluster.disconnect().join();
    }

    private String line() throws InterruptedException {
        return Objects.requireNonNull(lines.poll(SOON.toSeconds(), TimeUnit.SECONDS), "no further line");
    }

    private static String ask(int port) throws Exception {
        try (RawClient client = RawClient.to(port)) {
            return worker(client);
        }
    }

    private static String worker(RawClient client) throws Exception {
        String body = client.get("/").answer().body();
        return body.substring(0, body.indexOf(' '));
    }

    @Test
    void theyTakeTurnsOnEachAddress() throws Exception {
        Serving first = fork();
        Serving second = fork();
        assertThat(second.ports()).isEqualTo(first.ports());
        String one = ask(first.port());
        String other = ask(first.port());
        assertThat(List.of(one, other))
                .containsExactlyInAnyOrder(
                        String.valueOf(first.worker().id()),
                        String.valueOf(second.worker().id()));
        assertThat(List.of(ask(first.port()), ask(first.port()))).containsExactly(one, other);
        SSLSocket socket = (SSLSocket) TestCertificate.SERVER
                .trustedBy(null)
                .getSocketFactory()
                .createSocket(HOST, first.ports().get(1));
        try (RawClient client = new RawClient(socket)) {
            assertThat(client.get("/").answer().body())
                    .endsWith(" true /" + HOST.getHostAddress() + ":" + socket.getLocalPort());
        }
    }

    @Test
    void whoLeavesFinishesWhatItHasThenStopsItsHandlerAndEnds() throws Exception {
        Serving serving = fork();
        try (RawClient busy = RawClient.to(serving.port());
                RawClient idle = RawClient.to(serving.port())) {
            assertThat(idle.get("/").answer().status()).isEqualTo(200);
            busy.get("/later");
            assertThat(line()).isEqualTo("later");
            serving.worker().disconnect();
            assertThat(line()).isEqualTo("leaving");
            serving.worker().send("finish");
            RawClient.Answer answer = busy.answer();
            assertThat(answer.body()).isEqualTo("late");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(idle.isEnded()).isTrue();
        }
        assertThat(line()).isEqualTo("stopped");
        assertThat(serving.exit().join()).isEqualTo(new ExitStatus.Exited(0));
    }

    @Test
    @Tag("slow")
    void whatABusyLoopHasNotTakenIsServedByAnotherWhenItsWorkerDies() throws Exception {
        Serving first = fork();
        Serving second = fork();
        try (RawClient blocking = RawClient.to(first.port())) {
            blocking.get("/block");
            assertThat(line()).isEqualTo("blocked");
            try (RawClient passing = RawClient.to(first.port());
                    RawClient waiting = RawClient.to(first.port())) {
                String survivor = worker(passing);
                waiting.get("/");
                Serving blocked = survivor.equals(String.valueOf(first.worker().id())) ? second : first;
                blocked.worker().kill(Signal.KILL);
                assertThat(waiting.answer().body()).startsWith(survivor + " ");
            }
        }
    }

    @Test
    @NodeTest("test-cluster-send-socket-to-worker-http-server.js")
    void aSocketThatWasSentIsServed() throws Exception {
        Serving serving = fork();
        try (Handle listener = Handle.listen(new InetSocketAddress(HOST, 0));
                RawClient client = RawClient.to(listener.port())) {
            serving.worker().send("serve this", listener.accept()).join();
            String expected = serving.worker().id() + " false /" + HOST.getHostAddress() + ":" + client.port();
            assertThat(client.get("/").answer().body()).isEqualTo(expected);
            assertThat(client.get("/").answer().body()).isEqualTo(expected);
            serving.worker().disconnect();
            assertThat(line()).isEqualTo("leaving");
            assertThat(client.isEnded()).isTrue();
        }
        assertThat(line()).isEqualTo("stopped");
        assertThat(serving.exit().join()).isEqualTo(new ExitStatus.Exited(0));
    }

    @Test
    void theExampleServes() throws Exception {
        try (ChildProcess program = ChildProcess.spawn(SpawnOptions.ofMain(NodeStyle.class)
                .jvmArgs("-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                .stderr(Stdio.inherit()))) {
            program.stdout().onLine(lines::add);
            String first = line();
            String second = line();
            assertThat(List.of(first.charAt(7), second.charAt(7))).containsExactlyInAnyOrder('1', '2');
            int port = Integer.parseInt(first.substring(first.lastIndexOf(' ') + 1));
            Set<String> answers = new TreeSet<>();
            for (int count = 0; count < 2; count++) {
                try (RawClient client = RawClient.to(port)) {
                    answers.add(client.get("/").answer().body());
                }
            }
            assertThat(answers).containsExactly("hello from worker 1\n", "hello from worker 2\n");
        }
    }

    @Test
    void otherProcessesAreToldWhatIsForThem() throws Exception {
        Http http = Http.handler(request -> Response.text(""));
        assertThatIllegalStateException()
                .isThrownBy(() -> ClusterServer.listen(http, ListenOptions.port(0)))
                .withMessageContaining("is no worker that its program has forked")
                .withMessageEndingWith("ClusterServer.run or start");
    }
}
