package dev.handoff.netty.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.RollResult;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.StartException;
import dev.handoff.cluster.StopResult;
import dev.handoff.cluster.SupervisedCluster;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.Tls;
import dev.handoff.netty.WorkerContext;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.rig.TestCertificate;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code workers = 0}: the server in this very process. */
@Timeout(60)
class LocalClusterTest {
    private static final String HOST = InetAddress.getLoopbackAddress().getHostAddress();
    private static final ListenOptions ANYWHERE = ListenOptions.address(HOST, 0);
    private static final Set<PosixFilePermission> OWNER_AND_GROUP = PosixFilePermissions.fromString("rw-rw----");

    @TempDir
    private Path directory = Path.of("/nowhere");

    private Set<String> openBefore = Set.of();
    private Set<Thread> threadsBefore = Set.of();

    @BeforeEach
    void seeWhatIsOpen() throws Exception {
        // Other classes' tests may have started a thread that serves the JVM for good.
        threadsBefore = threads();
        // What a JVM opens for good with its first server and its first socket is none of the others'.
        SocketChannel.open().close();
        serving(Http.handler(request -> Response.text("warm"))).start().close();
        openBefore = openDescriptors();
    }

    @AfterEach
    void nothingIsLeft() {
        await("nothing of the server's is left").untilAsserted(() -> {
            assertThat(openBefore).as("sockets and events").containsAll(openDescriptors());
            assertThat(threadsBefore).as("threads").containsAll(threads());
        });
        assertThat(directory).isEmptyDirectory();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(Cluster::worker);
    }

    // --- where it listens -----------------------------------------------------------------------------------------

    @Test
    void listensAsAMasterDoes() throws Exception {
        Path path = abandoned(directory.resolve("socket"));
        WorkerHandler first = Http.handler(
                request -> Response.text("first " + Cluster.worker().id() + " " + request.remote()));
        WorkerHandler second = Http.handler(request -> Response.text("second"));
        try (ClusterServer server = ClusterServer.builder(first)
                .workers(0)
                .listen(ANYWHERE, ListenOptions.unix(path).permissions(OWNER_AND_GROUP))
                .listen(ListenOptions.address("::", 0).onlyIpv6(), second)
                .start()) {
            assertThat(server.addresses())
                    .extracting(Object::toString)
                    .containsExactly(
                            HOST + ":" + server.port(),
                            "unix:" + path,
                            "[0:0:0:0:0:0:0:0]:" + server.addresses().get(2).port());
            assertThat(Files.getPosixFilePermissions(path)).isEqualTo(OWNER_AND_GROUP);
            try (RawClient client = RawClient.to(server.port())) {
                assertThat(client.get("/").answer().body()).isEqualTo("first 1 /" + HOST + ":" + client.port());
            }
            assertThat(getFrom(path)).endsWith("first 1 unix:");
            int onlySix = server.addresses().get(2).port();
            try (RawClient client = new RawClient(new Socket(loopback6(), onlySix))) {
                assertThat(client.get("/").answer().body()).isEqualTo("second");
            }
            assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> new Socket(HOST, onlySix));
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void obeysTheOperatorAsAWorkerDoes() throws Exception {
        try (ClusterServer server =
                        serving(nothing()).option("http.keepAlive", "7").start();
                RawClient client = RawClient.to(server.port())) {
            assertThat(client.get("/").answer().header("Keep-Alive")).isEqualTo("timeout=7");
        }
    }

    @Test
    void aPlaceInUseIsRefusedAsByAMaster() throws Exception {
        Path path = directory.resolve("socket");
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            StartException refusal = refusal(serving(nothing())
                    .listen(ListenOptions.unix(path), ListenOptions.address(HOST, other.getLocalPort())));
            assertThat(refusal.exitCode()).isEqualTo(StartException.CANNOT_LISTEN);
            assertThat(refusal)
                    .hasMessageStartingWith("cannot listen on " + HOST + ":" + other.getLocalPort())
                    .hasMessageEndingWith(
                            "stop the program that listens there, or choose another port (0: any free one)");
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void aFileThatIsNoSocketIsLeftAlone() throws Exception {
        Path path = Files.createFile(directory.resolve("file"));
        assertThat(refusal(ClusterServer.builder(nothing()).workers(0).listen(ListenOptions.unix(path)))
                        .exitCode())
                .isEqualTo(StartException.CANNOT_LISTEN);
        Files.delete(path);
    }

    @Test
    void oneAtATimeServesInAProcess() throws Exception {
        try (ClusterServer server = serving(nothing()).start()) {
            assertThat(server.cluster().workers()).isEmpty();
            StartException refusal = refusal(serving(nothing()));
            assertThat(refusal.exitCode()).isEqualTo(StartException.WRONG_SETTING);
            assertThat(refusal).hasMessageContaining("another server does so already");
            assertThat(Cluster.worker().id()).isEqualTo(1);
        }
    }

    // --- what serves ----------------------------------------------------------------------------------------------

    @Test
    void rawHandlersAndTlsServeToo() throws Exception {
        Tls tls = Tls.pem(TestCertificate.SERVER.chain(), TestCertificate.SERVER.key());
        SSLContext trusting = TestCertificate.SERVER.trustedBy(null);
        try (ClusterServer server = ClusterServer.builder(new Echo())
                        .workers(0)
                        .listen(ANYWHERE)
                        .listen(
                                ANYWHERE,
                                tls.wrap(Http.handler(request -> Response.text("secure " + request.secure()))))
                        .start();
                RawClient plain = RawClient.to(server.port());
                RawClient secure = new RawClient(trusting.getSocketFactory()
                        .createSocket(HOST, server.addresses().get(1).port()))) {
            assertThat(plain.send("hello\r\n").line()).isEqualTo("hello");
            assertThat(secure.get("/").answer().body()).isEqualTo("secure true");
        }
    }

    @Test
    void aStartThatThrowsLeavesNothing() {
        Recorder good = new Recorder();
        ClusterServer.Builder server = ClusterServer.builder(good)
                .workers(0)
                .listen(ANYWHERE, ListenOptions.unix(directory.resolve("socket")))
                .listen(ANYWHERE, new Recorder() {
                    @Override
                    public void start(WorkerContext context) {
                        throw new IllegalArgumentException("no data base");
                    }
                });
        StartException refusal = refusal(server);
        assertThat(refusal.exitCode()).isEqualTo(StartException.NO_WORKER_READY);
        assertThat(refusal).hasMessageContaining("no data base");
        assertThat(good.heard).containsExactly("start", "stop");
    }

    @Test
    void aServerWithoutAHandlerIsRefused() {
        assertThat(refusal(ClusterServer.builder()
                                .workers(0)
                                .workerMain(String.class)
                                .port(0))
                        .exitCode())
                .isEqualTo(StartException.WRONG_SETTING);
    }

    @Test
    void thereIsNothingToReplaceOrToScale() throws Exception {
        try (ClusterServer server = serving(nothing()).start()) {
            assertThat(server.reload().join().verdict()).isEqualTo(RollResult.Verdict.REFUSED);
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> server.scale(2).get())
                    .withMessageContaining("this process serves by itself");
        }
    }

    // --- how it ends ----------------------------------------------------------------------------------------------

    @Test
    void aStopLetsRequestsEndAndTellsEachStepOnce() throws Exception {
        Recorder handler = new Recorder();
        ClusterServer server = serving(handler).start();
        Queue<String> heard = handler.heard;
        var unused = Cluster.worker().onLeaving(() -> heard.add("told to leave"));
        try (RawClient client = RawClient.to(server.port())) {
            client.get("/");
            handler.asked.await();
            CompletableFuture<StopResult> stopped = server.stop();
            await("the leaving begins").until(() -> heard.containsAll(List.of("leaving", "told to leave")));
            assertThat(stopped).isNotDone();
            assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> RawClient.to(server.port()));
            handler.answer.complete(Response.text("in time"));
            assertThat(client.answer().body()).isEqualTo("in time");
            assertThat(stopped.get().graceful()).isTrue();
        }
        assertThat(heard).containsExactlyInAnyOrder("start", "leaving", "told to leave", "stop");
        assertThat(heard).startsWith("start").endsWith("stop");
    }

    @Test
    void aStopServesWhoeverTheKernelHasLetIn() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        List<SingleThreadEventExecutor> loop = new ArrayList<>();
        Http handler = Http.handler(request -> {
                    busy.countDown();
                    goOn.await();
                    return Response.text("served");
                })
                .onStart(context -> loop.add(
                        (SingleThreadEventExecutor) context.eventLoops().next()));
        ClusterServer server = serving(handler).start();
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            clients.add(RawClient.to(server.port()).get("/"));
            busy.await();
        }
        CompletableFuture<StopResult> stopped = server.stop();
        await("the event loop is to close the listener").until(() -> loop.get(0).pendingTasks() > 0);
        goOn.countDown();
        for (RawClient client : clients) {
            assertThat(client.answer().body()).isEqualTo("served");
            client.close();
        }
        assertThat(stopped.get().graceful()).isTrue();
    }

    @Test
    void whatIsLeftAtTheDrainLimitIsCutAndCounted() throws Exception {
        Recorder handler = new Recorder();
        ClusterServer server = serving(handler)
                .settings(s -> s.with(Setting.DRAIN_LIMIT, Duration.ZERO))
                .start();
        try (RawClient client = RawClient.to(server.port())) {
            client.get("/");
            handler.asked.await();
            assertThat(server.stop().get()).isEqualTo(new StopResult(0, 1));
            assertThat(client.isEnded()).isTrue();
        }
        assertThat(handler.heard).containsExactly("start", "leaving", "stop");
    }

    @Test
    void aKillEndsAtOnce() throws Exception {
        Recorder handler = new Recorder();
        Path path = directory.resolve("socket");
        ClusterServer server = serving(handler)
                .listen(ListenOptions.unix(path))
                .settings(s -> s.with(Setting.STOP_DELAY, Duration.ofMinutes(5)))
                .start();
        try (RawClient client = RawClient.to(server.port())) {
            client.get("/");
            handler.asked.await();
            CompletableFuture<StopResult> stopped = server.stop();
            ((SupervisedCluster) server.cluster()).kill();
            assertThat(stopped.get()).isEqualTo(new StopResult(0, 1));
            assertThat(client.isEnded()).isTrue();
        }
        assertThat(path).doesNotExist();
        assertThat(handler.heard).containsExactly("start", "leaving", "stop");
    }

    @Test
    void everyStopAfterTheFirstAndEveryCloseIsTheSame() throws Exception {
        Recorder handler = new Recorder();
        ClusterServer server = serving(handler).start();
        List<CompletableFuture<Void>> closes = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            closes.add(CompletableFuture.runAsync(server::close));
        }
        StopResult result = server.stop().get();
        closes.forEach(CompletableFuture::join);
        server.close();
        assertThat(server.stop().get()).isEqualTo(result);
        ((SupervisedCluster) server.cluster()).kill();
        assertThat(handler.heard).containsExactly("start", "leaving", "stop");
    }

    @Test
    void aWorkerThatAsksToLeaveIsAStop() throws Exception {
        ClusterServer server = serving(nothing()).start();
        Cluster.worker().disconnect();
        assertThat(((SupervisedCluster) server.cluster()).stopped().get().graceful())
                .isTrue();
    }

    // --- the tools ------------------------------------------------------------------------------------------------

    private static ClusterServer.Builder serving(WorkerHandler handler) {
        return ClusterServer.builder(handler).workers(0).listen(ANYWHERE);
    }

    private static Http nothing() {
        return Http.handler(request -> Response.text(""));
    }

    private static StartException refusal(ClusterServer.Builder server) {
        return catchThrowableOfType(StartException.class, () -> server.start().close());
    }

    private static InetAddress loopback6() throws IOException {
        byte[] address = new byte[16];
        address[15] = 1;
        return InetAddress.getByAddress(address);
    }

    /** A socket's file as a killed process leaves it. */
    private static Path abandoned(Path path) throws IOException {
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(path))
                .close();
        assertThat(path).exists();
        return path;
    }

    private static String getFrom(Path path) throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            client.write(ByteBuffer.wrap(
                    "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1)));
            ByteBuffer answer = ByteBuffer.allocate(4096);
            while (client.read(answer) >= 0) {
                assertThat(answer.hasRemaining()).isTrue();
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
        }
    }

    /** Those for blocking work are the JVM's, and end by themselves when they are idle. */
    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("handoff-"))
                .filter(thread -> !thread.getName().startsWith("handoff-blocking-"))
                // What writes the log lives as long as the JVM, and starts with its first cluster.
                .filter(thread -> !thread.getName().equals("handoff-logs"))
                .collect(Collectors.toSet());
    }

    private static Set<String> openDescriptors() throws IOException {
        Set<String> open = new TreeSet<>();
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            for (Path each : all.toList()) {
                String target = targetOf(each);
                if (target.startsWith("socket:") || target.startsWith("anon_inode:")) {
                    open.add(each.getFileName() + " " + target);
                }
            }
        }
        return open;
    }

    private static String targetOf(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException e) {
            return "closed meanwhile";
        }
    }

    /** Answers when it is told to, and writes down what it hears. */
    private static class Recorder implements WorkerHandler {
        private final Queue<String> heard = new ConcurrentLinkedQueue<>();
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CompletableFuture<Response> answer = new CompletableFuture<>();
        private final Http http = Http.blocking(request -> {
            asked.countDown();
            return answer.get();
        });

        @Override
        public void initChannel(Channel channel) {
            http.initChannel(channel);
        }

        @Override
        public void start(WorkerContext context) throws Exception {
            http.start(context);
            heard.add("start");
        }

        @Override
        public void leaving(WorkerContext context) {
            heard.add("leaving");
        }

        @Override
        public void stop(WorkerContext context) throws Exception {
            heard.add("stop");
            answer.completeExceptionally(new IllegalStateException("over"));
            http.stop(context);
        }
    }

    private static final class Echo implements WorkerHandler {
        @Override
        public void initChannel(Channel channel) {
            channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object bytes) {
                    context.writeAndFlush(bytes);
                }
            });
        }
    }
}
