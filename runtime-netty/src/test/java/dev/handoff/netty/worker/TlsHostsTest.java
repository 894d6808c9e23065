package dev.handoff.netty.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.Tls;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.rig.RawHttp2;
import dev.handoff.netty.rig.TestCertificate;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Hosts with rules of their own: other.test and all below have another certificate, and all below guarded.test want one of the
 * client's.
 */
class TlsHostsTest {
    private static final String NONE = "-";
    private static final Http WHO =
            Http.handler(request -> Response.text(request.serverName().orElse(NONE) + " "
                    + request.clientCertificates().stream()
                            .map(X509Certificate::getSubjectX500Principal)
                            .toList()));

    private static TestServer server;

    @BeforeAll
    static void serve() throws Exception {
        Tls other = pem(TestCertificate.OTHER);
        Tls guarded = pem(TestCertificate.SERVER).clientCertificates(TestCertificate.CLIENT.chain());
        server = TestServer.serving(pem(TestCertificate.SERVER)
                .host("same.test", pem(TestCertificate.SERVER))
                .host("other.test", other)
                .host("*.other.test", other)
                .host("guarded.test", guarded)
                .host("*.guarded.test", guarded)
                .host("bücher.test", guarded)
                .wrap(WHO));
    }

    @AfterAll
    static void close() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "-,                localhost",
        "-,                127.0.0.1:8443",
        "-,                [::1]:8443",
        "-,                unknown.test",
        "unknown.test,     localhost",
        "localhost,        same.test",
        "other.test,       other.test",
        "other.test,       OTHER.test.:8443",
        "other.test,       a.b.other.test",
        "a.other.test,     other.test",
        "guarded.test,     guarded.test",
        "guarded.test,     a.b.Guarded.Test.",
        "guarded.test,     xn--bcher-kva.test",
        "xn--bcher-kva.test, b%C3%BCcher.test",
    })
    void requestsAreServedWhereTheHandshakeHadTheRulesOfTheirHost(String name, String authority) throws Exception {
        assertThat(statuses(name, authority)).containsExactly(200, 200);
    }

    @ParameterizedTest
    @CsvSource({
        "-,                guarded.test",
        "-,                guarded.test:443",
        "-,                GUARDED.test",
        "-,                guarded.test.",
        "-,                a.guarded.test",
        "-,                a.b.guarded.test",
        "-,                %67uarded.test",
        "-,                guarded%2etest",
        "-,                xn--bcher-kva.test",
        "-,                b%C3%BCcher.test",
        "-,                other.test",
        "localhost,        guarded.test",
        "unknown.test,     guarded.test",
        "other.test,       guarded.test",
        "other.test,       localhost",
        "guarded.test,     localhost",
        "guarded.test,     127.0.0.1",
        "guarded.test,     other.test",
    })
    void requestsForHostsWithOtherRulesAreMisdirected(String name, String authority) throws Exception {
        assertThat(statuses(name, authority)).containsExactly(421, 421);
    }

    /* A handler of raw Netty asks with whatever its client has sent. */
    @Test
    void brokenEscapesAreNoEscapes() throws Exception {
        TlsContext usual = TlsContext.given(SslContextBuilder.forClient().build(), "usual", "");
        TlsContext own = TlsContext.given(SslContextBuilder.forClient().build(), "own", "own.test");
        TlsHosts hosts = new TlsHosts(usual);
        hosts.add("own.test", own);
        assertThat(hosts.of("%6Fwn.test")).isSameAs(own);
        for (String broken : new String[] {"own.test%", "own.test%4", "own.test%zz", "%", "%6"}) {
            assertThat(hosts.of(broken)).as(broken).isSameAs(usual);
        }
    }

    @Test
    void otherRequestsOfTheConnectionAreServed() throws Exception {
        try (RawHttp2 client = RawHttp2.over(connect("localhost", "h2"))) {
            request(client, 1, "localhost");
            request(client, 3, "guarded.test");
            request(client, 5, "localhost");
            assertThat(client.answer(1).status()).isEqualTo(200);
            assertThat(client.answer(3).status()).isEqualTo(421);
            assertThat(client.answer(5).status()).isEqualTo(200);
        }
        try (RawClient client = new RawClient(connect("localhost", "http/1.1"))) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .answer()
                            .status())
                    .isEqualTo(200);
            assertThat(client.send("GET / HTTP/1.1\r\nHost: guarded.test\r\n\r\n")
                            .answer()
                            .status())
                    .isEqualTo(421);
            assertThat(client.isEnded()).isTrue();
        }
    }

    @Test
    void hostOfTheTargetCountsWhereThereIsOne() throws Exception {
        assertThat(statusOf("-", "GET https://guarded.test/ HTTP/1.1\r\nHost: guarded.test\r\n\r\n"))
                .isEqualTo(421);
        assertThat(statusOf("-", "GET https://guarded.test/ HTTP/1.0\r\n\r\n")).isEqualTo(421);
        assertThat(statusOf("guarded.test", "GET http://guarded.test/ HTTP/1.0\r\n\r\n"))
                .isEqualTo(200);
        assertThat(statusOf("-", "GET https://guarded.test/ HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .isEqualTo(400);
    }

    @Test
    void requestThatNamesNoHostIsForTheHostsThatAreNotListed() throws Exception {
        assertThat(statusOf("-", "GET / HTTP/1.0\r\n\r\n")).isEqualTo(200);
        assertThat(statusOf("guarded.test", "GET / HTTP/1.0\r\n\r\n")).isEqualTo(421);
        assertThat(statusOf("guarded.test", "GET / HTTP/1.1\r\nHost:\r\n\r\n")).isEqualTo(421);
    }

    @Test
    void bodyAndExpectationOfAMisdirectedRequestAreNotWaitedFor() throws Exception {
        assertThat(statusOf(
                        "-",
                        "POST / HTTP/1.1\r\nHost: guarded.test\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"))
                .isEqualTo(421);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http/1.1", "h2"})
    void handlersSeeTheNameAndTheCertificateOfTheClient(String protocol) throws Exception {
        assertThat(body("a.guarded.test", protocol)).matches("a\\.guarded\\.test \\[CN=.*]");
        assertThat(body("localhost", protocol)).isEqualTo("localhost []");
        assertThat(body(NONE, protocol)).isEqualTo("- []");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void handlersSeeThemAlsoWhereASessionIsResumed(String version) throws Exception {
        TicketClient client = new TicketClient(TestCertificate.SERVER.trustedBy(TestCertificate.CLIENT), version);
        Tls guarded = pem(TestCertificate.SERVER).clientCertificates(TestCertificate.CLIENT.chain());
        try (TestServer alone = TestServer.serving(guarded.wrap(WHO))) {
            TicketClient.Visit first = client.visit(alone.port());
            TicketClient.Visit second = client.visit(alone.port());
            assertThat(second.resumed()).isTrue();
            assertThat(second.body()).contains("CN=").isEqualTo(first.body());
        }
    }

    @Test
    void handshakeForAGuardedHostFailsWithoutACertificate() {
        assertThatThrownBy(() -> {
                    SSLSocket socket = connect(TestCertificate.SERVER, null, "b.a.guarded.test", "http/1.1");
                    try (RawClient client = new RawClient(socket)) {
                        client.get("/").answer();
                    }
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void programsHandlersCanAskForThemselves() throws Exception {
        WorkerHandler raw = pem(TestCertificate.SERVER)
                .host("other.test", pem(TestCertificate.OTHER))
                .wrap(channel -> channel.pipeline().addLast(new LineAnswers()));
        try (TestServer lines = TestServer.serving(raw);
                RawClient client = new RawClient(connect(lines, "other.test"))) {
            assertThat(client.send("other.test").read(4)).asString().isEqualTo("true");
            assertThat(client.send("localhost").read(5)).asString().isEqualTo("false");
        }
    }

    private static final class LineAnswers
            extends io.netty.channel.SimpleChannelInboundHandler<io.netty.buffer.ByteBuf> {
        @Override
        protected void channelRead0(io.netty.channel.ChannelHandlerContext context, io.netty.buffer.ByteBuf host) {
            boolean permitted =
                    Tls.permits(context.channel(), host.toString(java.nio.charset.StandardCharsets.US_ASCII));
            context.writeAndFlush(io.netty.buffer.ByteBufUtil.writeAscii(context.alloc(), String.valueOf(permitted)));
        }
    }

    // --- clients --------------------------------------------------------------------------------------------------

    private static List<Integer> statuses(String name, String authority) throws Exception {
        try (RawHttp2 client = RawHttp2.over(connect(name, "h2"))) {
            request(client, 1, authority);
            return List.of(
                    statusOf(name, "GET / HTTP/1.1\r\nHost: " + authority + "\r\n\r\n"),
                    client.answer(1).status());
        }
    }

    private static int statusOf(String name, String request) throws Exception {
        try (RawClient client = new RawClient(connect(name, "http/1.1"))) {
            return client.send(request).answer().status();
        }
    }

    private static String body(String name, String protocol) throws Exception {
        String authority = name.equals(NONE) ? "localhost" : name;
        if (protocol.equals("h2")) {
            try (RawHttp2 client = RawHttp2.over(connect(name, protocol))) {
                request(client, 1, authority);
                return client.answer(1).body();
            }
        }
        try (RawClient client = new RawClient(connect(name, protocol))) {
            return client.send("GET / HTTP/1.1\r\nHost: " + authority + "\r\n\r\n")
                    .answer()
                    .body();
        }
    }

    private static void request(RawHttp2 client, int stream, String authority) {
        client.headers(stream, true, ":method", "GET", ":scheme", "https", ":path", "/", ":authority", authority);
    }

    private static SSLSocket connect(String name, String protocol) throws Exception {
        TestCertificate expected = name.endsWith("other.test") ? TestCertificate.OTHER : TestCertificate.SERVER;
        return connect(expected, TestCertificate.CLIENT, name, protocol);
    }

    private static SSLSocket connect(
            TestCertificate expected, @Nullable TestCertificate own, String name, String protocol) throws Exception {
        return connect(server, expected, own, name, protocol);
    }

    private static SSLSocket connect(TestServer to, String name) throws Exception {
        return connect(to, TestCertificate.OTHER, null, name, "http/1.1");
    }

    private static SSLSocket connect(
            TestServer to, TestCertificate expected, @Nullable TestCertificate own, String name, String protocol)
            throws Exception {
        SSLSocket socket =
                (SSLSocket) expected.trustedBy(own).getSocketFactory().createSocket("127.0.0.1", to.port());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {protocol});
        if (!name.equals(NONE)) {
            parameters.setServerNames(List.of(new SNIHostName(name)));
        }
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static Tls pem(TestCertificate certificate) {
        return Tls.pem(certificate.chain(), certificate.key());
    }
}
