package dev.handoff.netty.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.Tls;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.netty.rig.TestCertificate;
import dev.handoff.netty.worker.TestServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/2 over TLS, chosen by ALPN, as the JDK's client speaks it. */
class Http2TlsTest {
    private static final Http ECHO = Http.blocking(
                    request -> Response.bytes("x/y", request.body().bytes())
                            .header("X-Version", request.version() + " " + request.secure()))
            .maxBody(4_000_000);
    private static final Tls SERVER = Tls.pem(TestCertificate.SERVER.chain(), TestCertificate.SERVER.key());

    @Test
    void clientAndServerChooseHttp2() throws Exception {
        assertThat(version(SERVER.wrap(ECHO), null)).isEqualTo("HTTP/2 true HTTP_2");
    }

    @Test
    void clientsWithCertificatesAndOfHostsAreServedByItToo() throws Exception {
        Tls tls = SERVER.clientCertificates(TestCertificate.CLIENT.chain())
                .host(
                        "localhost",
                        Tls.pem(TestCertificate.SERVER.chain(), TestCertificate.SERVER.key())
                                .clientCertificates(TestCertificate.CLIENT.chain()));
        assertThat(version(tls.wrap(ECHO), TestCertificate.CLIENT)).isEqualTo("HTTP/2 true HTTP_2");
    }

    @Test
    void http1IsChosenWhereHttp2IsSwitchedOff() throws Exception {
        assertThat(version(SERVER.wrap(ECHO.http2(false)), null)).isEqualTo("HTTP/1.1 true HTTP_1_1");
    }

    private static String version(WorkerHandler handler, @Nullable TestCertificate client) throws Exception {
        try (TestServer server = TestServer.serving(handler)) {
            HttpResponse<byte[]> answer =
                    client(client).send(post(server, new byte[0]), HttpResponse.BodyHandlers.ofByteArray());
            return answer.headers().firstValue("X-Version").orElse("") + " " + answer.version();
        }
    }

    @Test
    void largeBodiesGoBothWaysManyAtATime(@TempDir Path directory) throws Exception {
        byte[] body = new byte[500_000];
        Path file = Files.write(directory.resolve("file"), body);
        Http http = Http.blocking(request -> request.method().equals("GET")
                        ? Response.file(file)
                        : Response.stream("x/y", out -> request.body().stream().transferTo(out)))
                .maxBody(Long.MAX_VALUE);
        try (TestServer server = TestServer.serving(SERVER.wrap(http))) {
            HttpClient client = client(null);
            List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                HttpRequest request = i % 2 == 0 ? post(server, body) : get(server);
                answers.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()));
            }
            for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
                assertThat(answer.get().body()).isEqualTo(body);
            }
        }
    }

    private static HttpClient client(@Nullable TestCertificate own) throws Exception {
        return HttpClient.newBuilder()
                .sslContext(TestCertificate.SERVER.trustedBy(own))
                .build();
    }

    private static HttpRequest get(TestServer server) {
        return HttpRequest.newBuilder(uri(server)).build();
    }

    private static HttpRequest post(TestServer server, byte[] body) {
        return HttpRequest.newBuilder(uri(server))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
    }

    private static URI uri(TestServer server) {
        return URI.create("https://localhost:" + server.port() + "/");
    }
}
