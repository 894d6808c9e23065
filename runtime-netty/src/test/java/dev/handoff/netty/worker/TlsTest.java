package dev.handoff.netty.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.Protocol;
import dev.handoff.cluster.Setting;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.Tls;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.netty.rig.HaltingSocket;
import dev.handoff.netty.rig.Heard;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.rig.RawWebSocket;
import dev.handoff.netty.rig.TestCertificate;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TlsTest {
    private static final Tls SERVER = pem(TestCertificate.SERVER);
    private static final Http HELLO = Http.handler(request -> Response.text(
            request.secure() + " " + request.served() + " " + request.body().bytes().length));

    @Test
    void requestsAreServedAndKnowThatTheyAreSecure() throws Exception {
        try (TestServer server = TestServer.serving(SERVER.wrap(HELLO));
                RawClient client = connect(server, TestCertificate.SERVER)) {
            assertThat(client.get("/").answer().body()).isEqualTo("true 0 0");
            assertThat(client.get("/").answer().body()).isEqualTo("true 1 0");
            assertThat(((SSLSocket) client.socket()).getApplicationProtocol()).isEqualTo("http/1.1");
        }
        try (TestServer server = TestServer.serving(HELLO);
                RawClient client = server.connect()) {
            assertThat(client.get("/").answer().body()).isEqualTo("false 0 0");
        }
    }

    @Test
    void largeBodiesGoBothWays(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("large.bin"), new byte[3_000_000]);
        Http handler = Http.streaming(request -> request.method().equals("GET")
                        ? Response.file(file)
                        : Response.publisher("x/y", request.body().publisher()))
                .maxBody(Long.MAX_VALUE);
        try (TestServer server = TestServer.serving(SERVER.wrap(handler));
                RawClient client = connect(server, TestCertificate.SERVER)) {
            assertThat(client.get("/").answer().body()).hasSize(3_000_000);
            client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1000000\r\n\r\n")
                    .send(new byte[1_000_000]);
            assertThat(client.answer().body()).hasSize(1_000_000);
            assertThat(client.send("GET / HTTP/1.1\r\nHost: t\r\nRange: bytes=5-9\r\n\r\n")
                            .answer()
                            .body())
                    .hasSize(5);
        }
    }

    @Test
    void aHandlerSaysWhatIsOffered() throws Exception {
        WorkerHandler handler = new WorkerHandler() {
            @Override
            public void initChannel(Channel channel) {}

            @Override
            public List<String> applicationProtocols() {
                return List.of("spoken/2", "spoken/1");
            }
        };
        try (TestServer server = TestServer.serving(SERVER.wrap(handler));
                RawClient client = connect(server, TestCertificate.SERVER)) {
            assertThat(((SSLSocket) client.socket()).getApplicationProtocol()).isEqualTo("spoken/2");
        }
    }

    @Test
    void closeIsSaidBeforeTheConnectionEnds() throws Exception {
        try (TestServer server = TestServer.serving(SERVER.wrap(HELLO))) {
            for (String request : new String[] {
                "GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5000000\r\n\r\n"
            }) {
                try (RawClient client = connect(server, TestCertificate.SERVER)) {
                    assertThat(client.send(request).answer().header("Connection"))
                            .isEqualTo("close");
                    assertThat(client.isEnded())
                            .as("a cut without close_notify would throw")
                            .isTrue();
                }
            }
            server.awaitNoConnections();
        }
    }

    @Test
    void earlyAnswerReachesAClientThatSendsItsWholeBodyFirst() throws Exception {
        try (TestServer server = TestServer.serving(SERVER.wrap(HELLO))) {
            for (int i = 0; i < 20; i++) {
                try (RawClient client = connect(server, TestCertificate.SERVER)) {
                    client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1600000\r\n\r\n");
                    try {
                        for (int piece = 0; piece < 100; piece++) {
                            client.send(new byte[16_000]);
                        }
                    } catch (IOException firstWriteError) {
                        assertThat(firstWriteError).isNotNull();
                    }
                    assertThat(client.answer().status()).isEqualTo(413);
                }
            }
        }
    }

    @Test
    void leavingWorkerAnnouncesTheEnd() throws Exception {
        CompletableFuture<Response> later = new CompletableFuture<>();
        try (TestServer server = TestServer.serving(SERVER.wrap(Http.handler(request -> Response.later(later))));
                RawClient client = connect(server, TestCertificate.SERVER)) {
            client.get("/");
            await().until(() -> server.requestsStarted() == 1);
            server.leave();
            later.complete(Response.text("done"));
            assertThat(client.answer().header("Connection")).isEqualTo("close");
            assertThat(client.isEnded()).isTrue();
        }
    }

    /** The client's first record is half there. */
    @Test
    void handshakeIsFinishedThoughItsWorkerLeaves() throws Exception {
        Duration idleMin = Duration.ofMillis(20);
        try (TestServer server = TestServer.serving(SERVER.wrap(HELLO), Map.of(Setting.DRAIN_IDLE_MIN, idleMin));
                RawClient plain = server.connect()) {
            HaltingSocket halting = new HaltingSocket(plain.socket());
            RawClient client = new RawClient(halting.tls());
            CompletableFuture<RawClient.Answer> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return client.get("/").answer();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            halting.awaitHalt();
            server.leave();
            server.outlast(idleMin.plusMillis(2));
            halting.goOn();
            assertThat(answer.get(20, TimeUnit.SECONDS).header("Connection")).isEqualTo("close");
        }
    }

    /** Its TCP connection stays open. OpenSSL cannot send to it any more, the JDK can, with TLS 1.3. */
    @ParameterizedTest
    @EnumSource(names = {"OPENSSL", "JDK"})
    void webSocketOfAClientThatEndsTlsAloneIsMissed(SslProvider provider) throws Exception {
        Heard heard = new Heard();
        try (TestServer server = TestServer.serving(by(provider).wrap(heard.http()));
                RawClient plain = server.connect();
                SSLSocket tls = over(plain, server)) {
            RawWebSocket.open(new RawClient(tls));
            heard.socket();
            tls.shutdownOutput();
            assertThat(heard.codes()).containsExactly(1006);
            server.awaitNoConnections();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENSSL", "JDK"})
    void requestOfAClientThatEndsTlsAloneIsAborted(SslProvider provider) throws Exception {
        CompletableFuture<Void> aborted = new CompletableFuture<>();
        Http http = Http.handler(request -> {
                    request.onAbort(() -> aborted.complete(null));
                    return Response.later(new CompletableFuture<>());
                })
                .halfClosed(Duration.ofMillis(400));
        try (TestServer server = TestServer.serving(by(provider).wrap(http));
                RawClient plain = server.connect();
                SSLSocket tls = over(plain, server)) {
            new RawClient(tls).get("/");
            await().until(() -> server.requestsStarted() == 1);
            tls.shutdownOutput();
            aborted.get(20, TimeUnit.SECONDS);
            server.awaitNoConnections();
        }
    }

    private static Tls by(SslProvider provider) {
        return Tls.context(() -> {
            try {
                return SslContextBuilder.forServer(
                                TestCertificate.SERVER.chain().toFile(),
                                TestCertificate.SERVER.key().toFile())
                        .sslProvider(provider)
                        .build();
            } catch (SSLException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static SSLSocket over(RawClient plain, TestServer server) throws Exception {
        return (SSLSocket) TestCertificate.SERVER
                .trustedBy(null)
                .getSocketFactory()
                .createSocket(plain.socket(), "localhost", server.port(), false);
    }

    @Test
    void plainHttpIsToldThatThisIsTls() throws Exception {
        Tls other = pem(TestCertificate.OTHER);
        for (Tls tls : new Tls[] {SERVER, SERVER.host("other.test", other)}) {
            try (TestServer server = TestServer.serving(tls.wrap(HELLO))) {
                for (String request : new String[] {
                    "GET / HTTP/1.1\r\nHost: t\r\n\r\n",
                    "G",
                    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                    "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1000000\r\n\r\n" + "x".repeat(1_000_000)
                }) {
                    try (RawClient client = server.connect()) {
                        RawClient.Answer answer = client.send(request).answer();
                        assertThat(answer.status()).isEqualTo(400);
                        assertThat(answer.body()).contains("use https");
                        assertThat(client.isEnded()).isTrue();
                    }
                }
                server.awaitNoConnections();
                assertThat(server.requestsStarted()).isZero();
            }
        }
    }

    @Test
    void hostsHaveTheirOwnCertificates() throws Exception {
        Tls other = pem(TestCertificate.OTHER);
        Tls tls = SERVER.host("other.test", other).host("*.other.test", other);
        try (TestServer server = TestServer.serving(tls.wrap(HELLO))) {
            assertThat(certificateFor(server, TestCertificate.OTHER, "other.test"))
                    .contains("other.test");
            assertThat(certificateFor(server, TestCertificate.OTHER, "a.other.test"))
                    .contains("other.test");
            assertThat(certificateFor(server, TestCertificate.SERVER, "localhost"))
                    .contains("localhost");
            assertThat(certificateFor(server, TestCertificate.SERVER, "unknown.test"))
                    .contains("localhost");
            try (RawClient client = connect(server, TestCertificate.SERVER)) {
                assertThat(client.get("/").answer().body()).isEqualTo("true 0 0");
            }
        }
    }

    @Test
    void clientsNeedACertificateWhereThatIsAskedFor() throws Exception {
        Tls tls = SERVER.clientCertificates(TestCertificate.CLIENT.chain());
        try (TestServer server = TestServer.serving(tls.wrap(HELLO))) {
            SSLContext known = TestCertificate.SERVER.trustedBy(TestCertificate.CLIENT);
            try (RawClient client = connect(server, known)) {
                assertThat(client.get("/").answer().body()).isEqualTo("true 0 0");
            }
            assertThatThrownBy(() -> {
                        try (RawClient client = connect(server, TestCertificate.SERVER)) {
                            client.get("/").answer();
                        }
                    })
                    .isInstanceOf(IOException.class);
            server.awaitNoConnections();
        }
    }

    @Test
    void contextOfTheUsersOwnIsMadeOnceAndUsed() throws Exception {
        CompletableFuture<SslContext> made = new CompletableFuture<>();
        Tls tls = Tls.context(() -> {
            try {
                SslContext context = SslContextBuilder.forServer(
                                TestCertificate.SERVER.chain().toFile(),
                                TestCertificate.SERVER.key().toFile())
                        .build();
                assertThat(made.complete(context)).isTrue();
                return context;
            } catch (SSLException e) {
                throw new IllegalStateException(e);
            }
        });
        try (TestServer server = TestServer.serving(tls.wrap(HELLO))) {
            for (int i = 0; i < 3; i++) {
                try (RawClient client = connect(server, TestCertificate.SERVER)) {
                    assertThat(client.get("/").answer().body()).isEqualTo("true 0 0");
                }
            }
        }
    }

    @Test
    void plainRequestOnATlsPortIsClosedAndOthersAreServed() throws Exception {
        try (TestServer server = TestServer.serving(SERVER.wrap(HELLO))) {
            try (RawClient plain = server.connect()) {
                plain.get("/");
                while (!plain.isEnded()) { // an alert may come first
                    assertThat(server.requestsStarted()).isZero();
                }
            }
            try (RawClient client = connect(server, TestCertificate.SERVER)) {
                assertThat(client.get("/").answer().body()).isEqualTo("true 0 0");
            }
        }
    }

    @Test
    void filesThatCannotBeUsedFailTheStartAndAreNamed(@TempDir Path directory) throws Exception {
        Path nonsense = Files.writeString(directory.resolve("nonsense.pem"), "nonsense");
        Path missing = directory.resolve("missing.pem");
        assertThatThrownBy(() -> TestServer.serving(
                        Tls.pem(nonsense, TestCertificate.SERVER.key()).wrap(HELLO)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nonsense.pem");
        assertThatThrownBy(() -> TestServer.serving(
                        Tls.pem(TestCertificate.SERVER.chain(), missing).wrap(HELLO)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("missing.pem");
        assertThatThrownBy(() ->
                        TestServer.serving(SERVER.clientCertificates(nonsense).wrap(HELLO)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nonsense.pem");
    }

    @Test
    void protocolIsThatOfTheHandlerInsideTls() {
        assertThat(SERVER.wrap(HELLO).protocol()).isEqualTo(Protocol.HTTPS);
        assertThat(SERVER.wrap(channel -> {}).protocol()).isEqualTo(Protocol.TLS);
    }

    private static Tls pem(TestCertificate certificate) {
        return Tls.pem(certificate.chain(), certificate.key());
    }

    private static RawClient connect(TestServer server, TestCertificate trusted) throws Exception {
        return connect(server, trusted.trustedBy(null));
    }

    private static RawClient connect(TestServer server, SSLContext context) throws Exception {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"http/1.1", "spoken/2"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return new RawClient(socket);
    }

    private static String certificateFor(TestServer server, TestCertificate trusted, String host) throws Exception {
        try (SSLSocket socket =
                (SSLSocket) trusted.trustedBy(null).getSocketFactory().createSocket("127.0.0.1", server.port())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(host)));
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        }
    }
}
