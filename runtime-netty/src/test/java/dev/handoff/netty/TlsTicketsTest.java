package dev.handoff.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.ListenOptions;
import dev.handoff.process.NodeTest;
import dev.handoff.wire.TicketSecrets;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who resumes whose TLS sessions: first event loops with secrets, then clusters. */
@Timeout(90)
class TlsTicketsTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String HOST = InetAddress.getLoopbackAddress().getHostAddress();
    private static final Http HELLO = Http.handler(request -> Response.text("hello"));
    private static final Tls OPEN = Tls.pem(TestCertificate.SERVER.chain(), TestCertificate.SERVER.key());

    private final TicketSecrets secrets = TicketSecrets.fresh();
    private final List<TestServer> servers = new ArrayList<>();

    /** What a client saw. */
    private record Visit(String body, boolean resumed) {}

    /** The JDK keeps sessions by host and port: to it, all servers are one. */
    private static final class OfOneServer extends Socket {
        OfOneServer(int port) throws IOException {
            super(HOST, port);
        }

        @Override
        public int getPort() {
            return 443;
        }
    }

    /** A client that takes all servers for one, and keeps the session. */
    private record Client(SSLContext context, String protocol) {
        static Client speaking(String protocol) throws Exception {
            return new Client(TestCertificate.SERVER.trustedBy(null), protocol);
        }

        Visit visit(int port) throws Exception {
            long before = nextMillisecond();
            Socket plain = new OfOneServer(port);
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, HOST, port, true);
            socket.setEnabledProtocols(new String[] {protocol});
            try (RawClient client = new RawClient(socket)) {
                String body = client.get("/").answer().body();
                assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
                return new Visit(body, socket.getSession().getCreationTime() < before);
            }
        }

        /** A session that was made in the millisecond before it is resumed would look new. */
        private static long nextMillisecond() {
            long now = System.currentTimeMillis();
            while (System.currentTimeMillis() <= now) {
                Thread.onSpinWait();
            }
            return now + 1;
        }
    }

    @AfterEach
    void close() throws Exception {
        for (TestServer server : servers) {
            server.close();
        }
    }

    private int serve(Tls tls, TicketSecrets shared) throws Exception {
        TestServer server = TestServer.serving(tls.wrap(HELLO), shared);
        servers.add(server);
        return server.port();
    }

    @Test
    void openSslIsThere() {
        assertThat(OpenSsl.isAvailable())
                .as("%s", OpenSsl.unavailabilityCause())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void sessionsAreResumedWhereTheSecretsAreTheSame(String protocol) throws Exception {
        Client client = Client.speaking(protocol);
        assertThat(client.visit(serve(OPEN, secrets)).resumed()).isFalse();
        assertThat(client.visit(serve(OPEN, secrets)).resumed()).isTrue();
        assertThat(client.visit(serve(OPEN, TicketSecrets.fresh())).resumed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void sessionOutlivesTwoSecretsMoreAndNoThird(String protocol) throws Exception {
        TicketSecrets later = secrets.renewed().renewed();
        int before = serve(OPEN, secrets);
        Client early = Client.speaking(protocol);
        early.visit(before);
        assertThat(early.visit(serve(OPEN, later)).resumed()).isTrue();
        assertThat(early.visit(serve(OPEN, later.renewed())).resumed())
                .as("it was given a ticket of the newest secret")
                .isTrue();

        Client late = Client.speaking(protocol);
        late.visit(before);
        assertThat(late.visit(serve(OPEN, later.renewed())).resumed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void resumptionGoesNotAroundTheQuestionForAClientsCertificate(String protocol) throws Exception {
        Client nobody = Client.speaking(protocol);
        nobody.visit(serve(OPEN, secrets));
        int guarded = serve(OPEN.clientCertificates(TestCertificate.CLIENT.chain()), secrets);
        assertThatThrownBy(() -> nobody.visit(guarded)).isInstanceOf(IOException.class);

        Client known = new Client(TestCertificate.SERVER.trustedBy(TestCertificate.CLIENT), protocol);
        assertThat(known.visit(guarded).resumed()).isFalse();
        assertThat(known.visit(serve(OPEN.clientCertificates(TestCertificate.CLIENT.chain()), secrets))
                        .resumed())
                .isTrue();
        int withOtherAuthorities = serve(OPEN.clientCertificates(TestCertificate.SERVER.chain()), secrets);
        assertThatThrownBy(() -> known.visit(withOtherAuthorities)).isInstanceOf(IOException.class);
    }

    @Test
    void contextsOfTheProgramsOwnShareTicketsUnlessTheyAskForCertificates() throws Exception {
        assertThat(isShared(given(SslProvider.OPENSSL, ClientAuth.NONE))).isTrue();
        assertThat(isShared(given(SslProvider.OPENSSL, ClientAuth.OPTIONAL))).isFalse();
        assertThat(isShared(given(SslProvider.JDK, ClientAuth.NONE))).isFalse();
    }

    private boolean isShared(Tls tls) throws Exception {
        Client client = Client.speaking("TLSv1.3");
        client.visit(serve(tls, secrets));
        return client.visit(serve(tls, secrets)).resumed();
    }

    private static Tls given(SslProvider provider, ClientAuth question) {
        return Tls.context(() -> {
            try {
                return SslContextBuilder.forServer(
                                TestCertificate.SERVER.chain().toFile(),
                                TestCertificate.SERVER.key().toFile())
                        .sslProvider(provider)
                        .clientAuth(question)
                        .build();
            } catch (SSLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    // --- clusters -------------------------------------------------------------------------------------------------

    private static ClusterServer.Builder cluster(int workers, String... jvmArgs) {
        return ClusterServer.builder()
                .workerMain(TicketWorker.class)
                .workers(workers)
                .listen(ListenOptions.address(HOST, 0))
                .settings(settings -> settings.jvmArgs("-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"))
                .settings(settings -> settings.jvmArgs(jvmArgs));
    }

    /** Goes to each of four workers once. */
    private static void assertThatAllFourResume(Client client, int port, int firstWorker) throws Exception {
        List<String> bodies = new ArrayList<>();
        for (int visit = 0; visit < 4; visit++) {
            Visit seen = client.visit(port);
            assertThat(seen.resumed())
                    .as("%s at worker %s", client.protocol(), seen.body())
                    .isTrue();
            bodies.add(seen.body());
        }
        assertThat(bodies)
                .containsExactlyInAnyOrder(
                        String.valueOf(firstWorker),
                        String.valueOf(firstWorker + 1),
                        String.valueOf(firstWorker + 2),
                        String.valueOf(firstWorker + 3));
    }

    @Test
    @NodeTest("test-tls-ticket-cluster.js")
    void fourWorkersAndTheirSuccessorsResumeEachOthersSessions() throws Exception {
        Client older = Client.speaking("TLSv1.2");
        Client newer = Client.speaking("TLSv1.3");
        try (ClusterServer server = cluster(4).start()) {
            assertThat(older.visit(server.port()).resumed()).isFalse();
            assertThat(newer.visit(server.port()).resumed()).isFalse();
            assertThatAllFourResume(older, server.port(), 1);
            assertThatAllFourResume(newer, server.port(), 1);
            assertThat(server.reload().join().ok()).isTrue();
            assertThatAllFourResume(older, server.port(), 5);
            assertThatAllFourResume(newer, server.port(), 5);
        }
    }

    @Test
    void newSecretsReachRunningWorkersAndOldOnesGo() throws Exception {
        Client early = Client.speaking("TLSv1.3");
        Client regular = Client.speaking("TLSv1.3");
        AtomicInteger renewals = new AtomicInteger();
        try (ClusterServer server = cluster(2).option("tls.ticketRotation", "2").start()) {
            server.cluster().onEvent(event -> renewals.addAndGet(event.name().equals("tickets.renewed") ? 1 : 0));
            early.visit(server.port());
            regular.visit(server.port());
            awaitMore(renewals, 1);
            assertThat(regular.visit(server.port()).resumed()).isTrue();
            assertThat(regular.visit(server.port()).resumed()).isTrue();
            // The workers had all the time of the fourth to hear of the third.
            awaitMore(renewals, 4);
            assertThat(early.visit(server.port()).resumed()).isFalse();
        }
    }

    private static void awaitMore(AtomicInteger renewals, int more) {
        int before = renewals.get();
        await().atMost(SOON).until(() -> renewals.get() >= before + more);
    }

    @Test
    void withoutOpenSslWorkersServeAndResumeNothingOfOthers() throws Exception {
        Client client = Client.speaking("TLSv1.3");
        try (ClusterServer server =
                cluster(2, "-Dio.netty.handler.ssl.noOpenSsl=true").start()) {
            Visit first = client.visit(server.port());
            Visit second = client.visit(server.port());
            assertThat(second.body()).isNotEqualTo(first.body());
            assertThat(second.resumed()).isFalse();
        }
    }

    @Test
    void withoutWorkersSessionsAreResumedAllTheSame() throws Exception {
        Client client = Client.speaking("TLSv1.3");
        try (ClusterServer server = ClusterServer.builder(OPEN.wrap(HELLO))
                .workers(0)
                .listen(ListenOptions.address(HOST, 0))
                .option("tls.ticketRotation", "1")
                .start()) {
            assertThat(client.visit(server.port()).resumed()).isFalse();
            assertThat(client.visit(server.port()).resumed()).isTrue();
        }
    }
}
