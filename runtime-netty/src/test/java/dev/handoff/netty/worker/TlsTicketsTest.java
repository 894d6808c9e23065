package dev.handoff.netty.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.ListenOptions;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.Tls;
import dev.handoff.netty.rig.TestCertificate;
import dev.handoff.process.NodeTest;
import dev.handoff.wire.TicketSecrets;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who resumes whose TLS sessions: first event loops with secrets, then clusters. */
@Timeout(90)
class TlsTicketsTest {
    private static final String HOST = InetAddress.getLoopbackAddress().getHostAddress();
    private static final Http HELLO = Http.handler(request -> Response.text("hello"));
    private static final Tls OPEN = Tls.pem(TestCertificate.SERVER.chain(), TestCertificate.SERVER.key());

    private final TicketSecrets secrets = TicketSecrets.fresh();
    private final List<TestServer> servers = new ArrayList<>();

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
        TicketClient client = TicketClient.speaking(protocol);
        assertThat(client.visit(serve(OPEN, secrets)).resumed()).isFalse();
        assertThat(client.visit(serve(OPEN, secrets)).resumed()).isTrue();
        assertThat(client.visit(serve(OPEN, TicketSecrets.fresh())).resumed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void sessionOutlivesTwoSecretsMoreAndNoThird(String protocol) throws Exception {
        TicketSecrets later = secrets.renewed().renewed();
        int before = serve(OPEN, secrets);
        TicketClient early = TicketClient.speaking(protocol);
        early.visit(before);
        assertThat(early.visit(serve(OPEN, later)).resumed()).isTrue();
        assertThat(early.visit(serve(OPEN, later.renewed())).resumed())
                .as("it was given a ticket of the newest secret")
                .isTrue();

        TicketClient late = TicketClient.speaking(protocol);
        late.visit(before);
        assertThat(late.visit(serve(OPEN, later.renewed())).resumed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void resumptionGoesNotAroundTheQuestionForAClientsCertificate(String protocol) throws Exception {
        TicketClient nobody = TicketClient.speaking(protocol);
        nobody.visit(serve(OPEN, secrets));
        int guarded = serve(OPEN.clientCertificates(TestCertificate.CLIENT.chain()), secrets);
        assertThatThrownBy(() -> nobody.visit(guarded)).isInstanceOf(IOException.class);

        TicketClient known = new TicketClient(TestCertificate.SERVER.trustedBy(TestCertificate.CLIENT), protocol);
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
        TicketClient client = TicketClient.speaking("TLSv1.3");
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
                // Whoever is suspect for a moment is passed over in its turn.
                .option("beat.suspect", "60000")
                .settings(settings -> settings.jvmArgs("-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"))
                .settings(settings -> settings.jvmArgs(jvmArgs));
    }

    @Test
    @NodeTest("test-tls-ticket-cluster.js")
    @Tag("slow")
    void fourWorkersAndTheirSuccessorsResumeEachOthersSessions() throws Exception {
        TicketClient older = TicketClient.speaking("TLSv1.2");
        TicketClient newer = TicketClient.speaking("TLSv1.3");
        try (ClusterServer server = cluster(4).start()) {
            assertThat(older.visit(server.port()).resumed()).isFalse();
            assertThat(newer.visit(server.port()).resumed()).isFalse();
            older.resumesAtEach(server.port(), 1, 2, 3, 4);
            newer.resumesAtEach(server.port(), 1, 2, 3, 4);
            assertThat(server.reload().join().ok()).isTrue();
            older.resumesAtEach(server.port(), 5, 6, 7, 8);
            newer.resumesAtEach(server.port(), 5, 6, 7, 8);
        }
    }

    @Test
    @Tag("slow")
    void newSecretsReachRunningWorkersAndOldOnesGo() throws Exception {
        TicketClient early = TicketClient.speaking("TLSv1.3");
        TicketClient regular = TicketClient.speaking("TLSv1.3");
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
        await().until(() -> renewals.get() >= before + more);
    }

    @Test
    @Tag("slow")
    void withoutOpenSslWorkersServeAndResumeNothingOfOthers() throws Exception {
        TicketClient client = TicketClient.speaking("TLSv1.3");
        try (ClusterServer server =
                cluster(2, "-Dio.netty.handler.ssl.noOpenSsl=true").start()) {
            TicketClient.Visit first = client.visit(server.port());
            TicketClient.Visit second = client.visit(server.port());
            assertThat(second.body()).isNotEqualTo(first.body());
            assertThat(second.resumed()).isFalse();
        }
    }

    @Test
    void withoutWorkersSessionsAreResumedAllTheSame() throws Exception {
        TicketClient client = TicketClient.speaking("TLSv1.3");
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
