package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.Tls;
import dev.handoff.netty.rig.TestCertificate;
import dev.handoff.netty.worker.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that nobody here wrote: curl, Node's agent and the JDK's. */
class HttpClientsTest {
    @TempDir
    private Path directory;

    private TestServer server;

    @BeforeEach
    void serve() throws Exception {
        server = TestServer.serving(Http.blocking(request -> switch (request.path()) {
            case "/served" -> Response.text("" + request.served());
            case "/stream" ->
                Response.stream("text/plain", out -> {
                    for (int i = 0; i < 1_000; i++) {
                        out.write((i + "\n").getBytes(UTF_8));
                    }
                });
            case "/echo" ->
                Response.bytes("application/octet-stream", request.body().bytes());
            default -> Response.status(404);
        }));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void curlKeepsItsConnection() throws Exception {
        String url = "http://127.0.0.1:" + server.port() + "/served";
        assertThat(run("curl", "-sS", url, "-w", " %{num_connects}\n", url, url))
                .isEqualTo("0 1\n1 0\n2 0\n");
    }

    @Test
    void curlSendsLargeBodiesWithAnExpectation() throws Exception {
        Path body = Files.write(directory.resolve("body"), new byte[1024 * 1024]);
        String url = "http://127.0.0.1:" + server.port() + "/echo";
        assertThat(run(
                        "curl",
                        "-sS",
                        "--data-binary",
                        "@" + body,
                        "-H",
                        "Expect: 100-continue",
                        url,
                        "-o",
                        "/dev/null",
                        "-w",
                        "%{http_code} %{size_download}"))
                .isEqualTo("200 1048576");
        assertThat(run(
                        "curl",
                        "-sS",
                        "-T",
                        body.toString(),
                        "-H",
                        "Transfer-Encoding: chunked",
                        url,
                        "-o",
                        "/dev/null",
                        "-w",
                        "%{http_code} %{size_download}"))
                .isEqualTo("200 1048576");
    }

    @Test
    void curlReadsThatItsBodyIsTooLarge() throws Exception {
        Path body = Files.write(directory.resolve("body"), new byte[8 * 1024 * 1024]);
        String url = "http://127.0.0.1:" + server.port() + "/echo";
        for (String expectation : new String[] {"Expect: 100-continue", "Expect:"}) {
            assertThat(run(
                            "curl",
                            "-sS",
                            "--data-binary",
                            "@" + body,
                            "-H",
                            expectation,
                            url,
                            "-o",
                            "/dev/null",
                            "-w",
                            "%{http_code}"))
                    .isEqualTo("413");
        }
    }

    @Test
    void curlSpeaksTheOldVersionAndReadsStreams() throws Exception {
        String url = "http://127.0.0.1:" + server.port() + "/stream";
        for (String version : new String[] {"--http1.0", "--http1.1"}) {
            assertThat(run("curl", "-sS", version, url).lines())
                    .hasSize(1_000)
                    .last()
                    .isEqualTo("999");
        }
        assertThat(run("curl", "-sSI", url)).startsWith("HTTP/1.1 200 OK\r\n");
    }

    @Test
    void curlTrustsTheCertificate() throws Exception {
        Tls tls = Tls.pem(TestCertificate.SERVER.chain(), TestCertificate.SERVER.key());
        try (TestServer secure =
                TestServer.serving(tls.wrap(Http.handler(request -> Response.text("" + request.served()))))) {
            String url = "https://localhost:" + secure.port() + "/";
            assertThat(run(
                            "curl",
                            "-sS",
                            "--cacert",
                            TestCertificate.SERVER.chain().toString(),
                            url,
                            url))
                    .isEqualTo("01");
        }
    }

    /** The agent believes the announced time: it throws a connection away just before that. */
    @Test
    void nodesAgentKeepsItsConnections() throws Exception {
        Path script = Files.writeString(directory.resolve("agent.js"), """
                const http = require('http');
                const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
                const port = process.argv[2];
                let done = 0, failed = 0;
                const sockets = new Set();
                function next(left) {
                  if (left === 0) return Promise.resolve();
                  return new Promise(resolve => {
                    const request = http.request({ port, host: '127.0.0.1', path: '/echo', method: 'POST', agent }, response => {
                      const chunks = [];
                      response.on('data', chunk => chunks.push(chunk));
                      response.on('end', () => { if (Buffer.concat(chunks).toString() === 'body ' + left) done++; else failed++; resolve(); });
                    });
                    request.on('socket', socket => sockets.add(socket));
                    request.on('error', () => { failed++; resolve(); });
                    request.end('body ' + left);
                  }).then(() => next(left - 1));
                }
                Promise.all([1, 2, 3, 4].map(() => next(250))).then(() => {
                  agent.destroy();
                  console.log(done + ' ' + failed + ' ' + sockets.size);
                });
                """);
        assertThat(run("node", script.toString(), "" + server.port())).isEqualTo("1000 0 4\n");
    }

    @Test
    void jdksClientIsServed() throws Exception {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        URI echo = URI.create("http://127.0.0.1:" + server.port() + "/echo");
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            HttpRequest request = HttpRequest.newBuilder(echo)
                    .POST(HttpRequest.BodyPublishers.ofString("body " + i))
                    .build();
            answers.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(answers.get(i).get(20, TimeUnit.SECONDS).body()).isEqualTo("body " + i);
        }
        HttpRequest upgrade =
                HttpRequest.newBuilder(echo).version(HttpClient.Version.HTTP_2).build();
        assertThat(client.send(upgrade, HttpResponse.BodyHandlers.ofString()).version())
                .as("a wish for HTTP/2 is left alone")
                .isEqualTo(HttpClient.Version.HTTP_1_1);
    }

    private String run(String... command) throws Exception {
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");
        Process process = start(command, output, errors);
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                fail("%s did not end", String.join(" ", command));
            }
        } finally {
            process.destroyForcibly();
        }
        assertThat(Files.readString(errors))
                .as("what %s complained about", command[0])
                .isEmpty();
        return Files.readString(output);
    }

    private static Process start(String[] command, Path output, Path errors) {
        try {
            return new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
        } catch (IOException e) {
            throw new AssertionError("these tests need " + command[0] + " on the path", e);
        }
    }
}
