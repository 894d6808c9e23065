package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.handoff.acceptor.Listener;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.Tls;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.rig.TestCertificate;
import dev.handoff.netty.worker.TestLoop;
import dev.handoff.netty.worker.TestServer;
import dev.handoff.netty.worker.TestWorker;
import dev.handoff.unix.Accepted;
import dev.handoff.wire.Offer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.OutputStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A response that is broken off never looks whole, not even where only the end of the connection tells how long it is. */
class HttpBreakOffTest {
    private static final Tls TLS = Tls.pem(TestCertificate.SERVER.chain(), TestCertificate.SERVER.key());
    private static final Http HANDLER = Http.handler(request -> switch (request.path()) {
        case "/stream" ->
            Response.stream("x/y", out -> {
                writePiece(out);
                throw new IllegalStateException("broken off on purpose");
            });
        case "/publisher" -> Response.publisher("x/y", subscriber -> subscriber.onSubscribe(new Failing(subscriber)));
        case "/whole" -> Response.stream("x/y", HttpBreakOffTest::writePiece);
        default -> Response.status(404);
    });

    @ParameterizedTest
    @CsvSource({"/stream, false", "/stream, true", "/publisher, false", "/publisher, true"})
    void clientOfHttp10SeesAReset(String path, boolean tls) throws Exception {
        try (TestServer server = TestServer.serving(tls ? TLS.wrap(HANDLER) : HANDLER);
                RawClient client = connect(server, tls)) {
            client.send("GET " + path + " HTTP/1.0\r\n\r\n");
            awaitPiece(client);
            assertThatThrownBy(client::isEnded)
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
            server.awaitNoConnections();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void wholeResponseEndsInTheOrdinaryWay(boolean tls) throws Exception {
        try (TestServer server = TestServer.serving(tls ? TLS.wrap(HANDLER) : HANDLER);
                RawClient client = connect(server, tls)) {
            assertThat(client.send("GET /whole HTTP/1.0\r\n\r\n").answer().body())
                    .isEqualTo("piece");
            server.awaitNoConnections();
        }
    }

    @Test
    void responseThatIsLongEndsInTheOrdinaryWayThoughItsClientIsSlow() throws Exception {
        byte[] piece = new byte[8 * 1024 * 1024];
        Http handler = Http.handler(request -> Response.stream("x/y", out -> out.write(piece)));
        try (TestServer server = TestServer.serving(handler);
                RawClient client = RawClient.to(server.port(), 4 * 1024)) {
            client.send("GET / HTTP/1.0\r\n\r\n");
            assertThat(client.answer().body()).hasSize(piece.length);
        }
    }

    @Test
    void clientOfHttp10ThatTakesNoMoreSeesAReset() throws Exception {
        byte[] piece = new byte[8 * 1024 * 1024];
        Http handler = Http.handler(request -> Response.stream("x/y", out -> out.write(piece)))
                .timeouts(
                        java.time.Duration.ofSeconds(60),
                        java.time.Duration.ofSeconds(60),
                        java.time.Duration.ofSeconds(1),
                        java.time.Duration.ofSeconds(60));
        try (TestServer server = TestServer.serving(handler);
                RawClient client = RawClient.to(server.port(), 4 * 1024)) {
            client.send("GET / HTTP/1.0\r\n\r\n");
            server.awaitNoConnections();
            assertThatThrownBy(client::answer)
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.0, false", "HTTP/1.1, false", "HTTP/1.0, true"})
    void responseThatIsCutAtTheDrainLimitIsReset(String version, boolean tls) throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Http handler = Http.handler(request -> Response.stream("x/y", out -> {
            writePiece(out);
            never.await();
        }));
        try (CutServer server = new CutServer(tls ? TLS.wrap(handler) : handler);
                RawClient client = tls ? secure(server.port()) : RawClient.to(server.port())) {
            server.adoptOne();
            client.send("GET / " + version + "\r\nHost: t\r\n\r\n");
            awaitPiece(client);
            assertThat(server.cut()).isEqualTo("1 connections, with 1 requests in progress");
            assertThatThrownBy(client::isEnded)
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        } finally {
            never.countDown();
        }
    }

    @Test
    void connectionAtRestIsCutInTheOrdinaryWay() throws Exception {
        try (CutServer server = new CutServer(HANDLER);
                RawClient client = RawClient.to(server.port())) {
            server.adoptOne();
            assertThat(client.get("/nothing").answer().status()).isEqualTo(404);
            assertThat(server.cut()).isEqualTo("1 connections, with 0 requests in progress");
            assertThat(client.isEnded()).isTrue();
        }
    }

    private static void writePiece(OutputStream out) throws java.io.IOException {
        out.write("piece".getBytes(UTF_8));
        out.flush();
    }

    private static void awaitPiece(RawClient client) throws Exception {
        boolean chunked = false;
        for (String line = client.line(); !line.isEmpty(); line = client.line()) {
            chunked |= line.equals("Transfer-Encoding: chunked");
        }
        assertThat(chunked ? client.chunk() : new String(client.read(5), UTF_8)).isEqualTo("piece");
    }

    private static RawClient connect(TestServer server, boolean tls) throws Exception {
        return tls ? secure(server.port()) : server.connect();
    }

    private static RawClient secure(int port) throws Exception {
        SSLSocket socket = (SSLSocket)
                TestCertificate.SERVER.trustedBy(null).getSocketFactory().createSocket("127.0.0.1", port);
        return new RawClient(socket);
    }

    /** Sends a piece, and fails when it is asked for another. */
    private record Failing(Flow.Subscriber<? super ByteBuffer> subscriber, CompletableFuture<Void> sent)
            implements Flow.Subscription {
        Failing(Flow.Subscriber<? super ByteBuffer> subscriber) {
            this(subscriber, new CompletableFuture<>());
        }

        @Override
        public void request(long count) {
            if (sent.complete(null)) {
                subscriber.onNext(ByteBuffer.wrap("piece".getBytes(UTF_8)));
            } else {
                subscriber.onError(new IllegalStateException("broken off on purpose"));
            }
        }

        @Override
        public void cancel() {}
    }

    /** One event loop of a worker that takes connections by their descriptors, and cuts them in the end. */
    private static final class CutServer implements AutoCloseable {
        private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        private final ExecutorService blocking = TestWorker.threads();
        private final TestLoop worker = new TestLoop(loops.next(), Duration.ZERO, null);
        private final WorkerHandler handler;
        private final Listener listener;

        CutServer(WorkerHandler handler) throws Exception {
            this.handler = handler;
            this.listener = Listener.open(0, ListenOptions.address("127.0.0.1", 0));
            handler.start(new TestWorker(loops, blocking, Map.of()));
        }

        int port() {
            return listener.address().port();
        }

        void adoptOne() throws Exception {
            Accepted accepted = TestLoop.accept(listener);
            Offer offer = new Offer(accepted.fd(), 0, false, accepted.peer());
            worker.adopt(offer, handler);
        }

        String cut() throws Exception {
            return worker.cut();
        }

        @Override
        public void close() {
            listener.close();
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
            blocking.shutdownNow();
        }
    }
}
