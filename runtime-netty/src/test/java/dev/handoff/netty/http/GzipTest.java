package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.handoff.netty.Http;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.worker.TestServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which responses are compressed, for whom, and what comes out. */
class GzipTest {
    private static final int HEADER = 10;
    private static final int LARGE = 3_000_000;

    @TempDir
    private static Path directory;

    private static TestServer server;

    /* What a response that is being made waits for. */
    private static volatile CompletableFuture<Void> goOn = new CompletableFuture<>();

    @BeforeAll
    static void serve() throws Exception {
        for (String name : new String[] {"page.html", "picture.png"}) {
            Files.writeString(directory.resolve(name), text(LARGE));
        }
        Files.writeString(directory.resolve("short.html"), text(1023));
        server = TestServer.serving(Http.handler(GzipTest::answer).gzip(true));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Response answer(Request request) {
        int length = request.query("length").map(Integer::parseInt).orElse(5000);
        return switch (request.path()) {
            case "/whole" -> Response.text(text(length));
            case "/later" -> Response.later(CompletableFuture.completedFuture(Response.text(text(length))));
            case "/tagged" ->
                Response.text(text(length))
                        .header("ETag", request.query("tag").orElseThrow())
                        .header("Vary", "Cookie");
            case "/type" ->
                Response.bytes(request.query("is").orElseThrow(), text(length).getBytes(UTF_8));
            case "/status" ->
                Response.text(text(length))
                        .withStatus(Integer.parseInt(request.query("is").orElseThrow()));
            case "/field" ->
                Response.text(text(length))
                        .header(
                                request.query("name").orElseThrow(),
                                request.query("is").orElseThrow());
            case "/stream" -> Response.stream("text/plain", out -> write(out, text(length)));
            case "/slow" -> Response.stream("text/event-stream", GzipTest::writeSlowly);
            case "/failing" ->
                Response.stream("text/plain", out -> {
                    throw new IOException("on purpose");
                });
            case "/published" -> Response.publisher("text/plain", published(length));
            case "/unfinished" -> Response.publisher("text/plain", unfinished());
            default -> Response.file(directory.resolve(request.path().substring(1)));
        };
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(UTF_8));
    }

    private static void writeSlowly(OutputStream out) throws Exception {
        out.flush();
        write(out, "first");
        out.flush();
        goOn.get();
        write(out, "second");
    }

    private static Flow.Publisher<ByteBuffer> unfinished() {
        return subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
            private boolean begun;

            @Override
            public void request(long count) {
                if (!begun) {
                    begun = true;
                    subscriber.onNext(ByteBuffer.wrap(text(100).getBytes(UTF_8)));
                }
            }

            @Override
            public void cancel() {}
        });
    }

    private static SubmissionPublisher<ByteBuffer> published(int length) {
        SubmissionPublisher<ByteBuffer> publisher = new SubmissionPublisher<>() {
            @Override
            public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
                super.subscribe(subscriber);
                submit(ByteBuffer.wrap(text(length / 2).getBytes(UTF_8)));
                submit(ByteBuffer.wrap(new byte[0]));
                submit(ByteBuffer.wrap(text(length).substring(length / 2).getBytes(UTF_8)));
                close();
            }
        };
        return publisher;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/whole",
                "/whole?length=1024",
                "/whole?length=131072",
                "/whole?length=131073",
                "/whole?length=3000000",
                "/later",
                "/stream",
                "/stream?length=1",
                "/stream?length=0",
                "/stream?length=3000000",
                "/published",
                "/published?length=3000000",
                "/page.html?length=3000000"
            })
    void whoAcceptsItGetsTheSameInLess(String target) throws Exception {
        try (RawClient client = server.connect()) {
            for (int request = 0; request < 2; request++) {
                RawClient.Answer answer = get(client, target, "gzip, deflate, br");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.header("Content-Encoding")).isEqualTo("gzip");
                assertThat(answer.header("Vary")).isEqualTo("Accept-Encoding");
                assertThat(answer.header("Connection")).isEqualTo("keep-alive");
                assertThat(answer.headers()).doesNotContainKey("Accept-Ranges");
                int length = lengthIn(target);
                assertThat(inflated(answer)).isEqualTo(text(length));
                if (length > 1000) {
                    assertThat(answer.body().length()).isLessThan(length / 2);
                }
            }
            RawClient.Answer plain = get(client, target, "identity");
            assertThat(plain.headers()).doesNotContainKey("Content-Encoding");
            assertThat(plain.header("Vary")).isEqualTo("Accept-Encoding");
            assertThat(plain.body()).isEqualTo(text(lengthIn(target)));
        }
    }

    private static int lengthIn(String target) {
        return target.contains("length=") ? Integer.parseInt(target.replaceAll(".*length=", "")) : 5000;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip | true",
                "GZIP;Q=0.1 | true",
                "x-gzip | true",
                "br, gzip ; q=0.5 | true",
                "* | true",
                "*;q=0.001 | true",
                "gzip;q=1.000, identity;q=1 | true",
                "gzip;q=0.2, identity;q=0 | true",
                "identity;q=0.5, *;q=0.6 | true",
                "deflate, br | false",
                "gzip;q=0 | false",
                "gzip;q=0.000, * | false",
                "*;q=0 | false",
                "gzip;q=0.5, identity | false",
                "gzip;q=0.5, identity;q=0.501 | false",
                "gzip;q=2 | false",
                "gzip;q=-1 | false",
                "gzip;q= | false",
                "gzip;q=0.0001 | false",
                "gzip/1 | false",
                "'' | false",
                ", ,; | false",
            })
    void theClientDecides(String accepted, boolean gzip) throws Exception {
        try (RawClient client = server.connect()) {
            RawClient.Answer answer = get(client, "/whole", accepted);
            assertThat(answer.headers().containsKey("Content-Encoding")).isEqualTo(gzip);
            assertThat(gzip ? inflated(answer) : answer.body()).isEqualTo(text(5000));
        }
    }

    @Test
    void severalFieldsAreOneList() throws Exception {
        try (RawClient client = server.connect()) {
            RawClient.Answer answer = get(client, "/whole", "br\r\nAccept-Encoding: gzip");
            assertThat(answer.header("Content-Encoding")).isEqualTo("gzip");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/whole?length=1023",
                "/short.html",
                "/picture.png",
                "/none",
                "/type?is=application/octet-stream",
                "/type?is=image/png",
                "/field?name=Content-Encoding&is=br",
                "/field?name=Cache-Control&is=max-age=5,%20No-Transform",
                "/status?is=206",
                "/status?is=204",
                "/status?is=304"
            })
    void whatShouldNotIsNotCompressed(String target) throws Exception {
        try (RawClient client = server.connect()) {
            RawClient.Answer answer = get(client, target, "gzip");
            assertThat(answer.header("Content-Encoding")).isNotEqualTo("gzip");
            assertThat(answer.headers()).doesNotContainKey("Vary");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json;charset=utf-8",
                "Application/Problem+JSON",
                "image/svg+xml",
                "text/x-anything",
                "application/wasm"
            })
    void whatIsTextByAnyNameIs(String type) throws Exception {
        try (RawClient client = server.connect()) {
            RawClient.Answer answer = get(client, "/type?is=" + type.replace("+", "%2B"), "gzip");
            assertThat(answer.header("Content-Encoding")).isEqualTo("gzip");
            assertThat(answer.header("Content-Type")).isEqualTo(type);
        }
    }

    @Test
    void errorsAreCompressedAsWell() throws Exception {
        try (RawClient client = server.connect()) {
            assertThat(inflated(get(client, "/status?is=500", "gzip"))).isEqualTo(text(5000));
        }
    }

    @Test
    void whoAsksInHttp10GetsItAsItIs() throws Exception {
        try (RawClient client = server.connect()) {
            client.send("GET /whole HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n");
            assertThat(client.answer().body()).isEqualTo(text(5000));
        }
    }

    @ParameterizedTest
    @CsvSource({"'\"v1\"', 'W/\"v1\"'", "'W/\"v1\"', 'W/\"v1\"'"})
    void theTagIsAWeakOneAndVaryIsAdded(String tag, String sent) throws Exception {
        String target = "/tagged?tag=" + tag.replace("\"", "%22");
        try (RawClient client = server.connect()) {
            client.send("GET " + target + " HTTP/1.1\r\nHost: t\r\nAccept-Encoding: gzip\r\n\r\n");
            StringBuilder head = new StringBuilder();
            for (String line = client.line(); !line.isEmpty(); line = client.line()) {
                head.append(line).append('\n');
            }
            assertThat(head).contains("\nETag: " + sent + "\n", "\nVary: Cookie\n", "\nVary: Accept-Encoding\n");
            assertThat(head).containsOnlyOnce("ETag");
        }
        try (RawClient client = server.connect()) {
            assertThat(get(client, target, "br").header("ETag")).isEqualTo(tag);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/whole", "/stream", "/page.html"})
    void headSaysWhatGetWould(String target) throws Exception {
        try (RawClient client = server.connect()) {
            client.send("HEAD " + target + " HTTP/1.1\r\nHost: t\r\nAccept-Encoding: gzip\r\n\r\n");
            RawClient.Answer answer = client.answerToHead();
            assertThat(answer.header("Content-Encoding")).isEqualTo("gzip");
            assertThat(answer.header("Vary")).isEqualTo("Accept-Encoding");
            assertThat(answer.headers()).doesNotContainKeys("Content-Length", "Transfer-Encoding");
            assertThat(get(client, "/whole", "br").body()).isEqualTo(text(5000));
        }
    }

    @Test
    void partOfAFileIsSentAsItIsAndAnUnchangedOneIsNotSent() throws Exception {
        try (RawClient client = server.connect()) {
            client.send("GET /page.html HTTP/1.1\r\nHost: t\r\nAccept-Encoding: gzip\r\nRange: bytes=0-4999\r\n\r\n");
            RawClient.Answer part = client.answer();
            assertThat(part.status()).isEqualTo(206);
            assertThat(part.body()).isEqualTo(text(5000));
            assertThat(part.header("Vary")).isEqualTo("Accept-Encoding");
            client.send("GET /page.html HTTP/1.1\r\nHost: t\r\nRange: bytes=0-1,3-4\r\n\r\n");
            RawClient.Answer parts = client.answer();
            assertThat(parts.status()).isEqualTo(206);
            assertThat(parts.header("Vary")).isEqualTo("Accept-Encoding");
            String modified = get(client, "/page.html", "br").header("Last-Modified");
            client.send("GET /page.html HTTP/1.1\r\nHost: t\r\nAccept-Encoding: gzip\r\nIf-Modified-Since: " + modified
                    + "\r\n\r\n");
            RawClient.Answer unchanged = client.answer();
            assertThat(unchanged.status()).isEqualTo(304);
            assertThat(unchanged.header("Vary")).isEqualTo("Accept-Encoding");
        }
    }

    /** What was flushed is there for the client to read, though the rest does not yet exist. */
    @Test
    void whatWasFlushedIsThere() throws Exception {
        goOn = new CompletableFuture<>();
        try (RawClient client = server.connect()) {
            client.send("GET /slow HTTP/1.1\r\nHost: t\r\nAccept-Encoding: gzip\r\n\r\n");
            String line = client.line();
            while (!line.isEmpty()) {
                line = client.line();
            }
            Inflater inflater = new Inflater(true);
            byte[] first = client.chunk().getBytes(ISO_8859_1);
            inflater.setInput(first, HEADER, first.length - HEADER);
            byte[] text = new byte[100];
            assertThat(new String(text, 0, inflater.inflate(text), UTF_8)).isEqualTo("first");
            goOn.complete(null);
            byte[] second = client.chunk().getBytes(ISO_8859_1);
            inflater.setInput(second);
            assertThat(new String(text, 0, inflater.inflate(text), UTF_8)).isEqualTo("second");
            inflater.end();
        }
    }

    @Test
    void writerThatFailsAtOnceIsAnswered500() throws Exception {
        try (RawClient client = server.connect()) {
            assertThat(get(client, "/failing", "gzip").status()).isEqualTo(500);
            assertThat(inflated(get(client, "/stream", "gzip"))).isEqualTo(text(5000));
        }
    }

    /** Each holds memory outside of the heap until its body ends: those whose clients have gone, too. */
    @Test
    void whoeverCannotGetAnyMoreIsSentItAsItIs() throws Exception {
        int most = 256;
        try (TestServer crowded =
                TestServer.serving(Http.handler(GzipTest::answer).gzip(true))) {
            RawClient[] clients = new RawClient[most];
            for (int i = 0; i < most; i++) {
                clients[i] = crowded.connect();
                clients[i].send("GET /unfinished HTTP/1.1\r\nHost: t\r\nAccept-Encoding: gzip\r\n\r\n");
                assertThat(clients[i].line()).endsWith("200 OK");
            }
            try (RawClient client = crowded.connect()) {
                RawClient.Answer answer = get(client, "/whole", "gzip");
                assertThat(answer.body()).isEqualTo(text(5000));
                assertThat(answer.header("Vary")).isEqualTo("Accept-Encoding");
                for (RawClient gone : clients) {
                    gone.reset();
                }
                await().until(() -> crowded.openConnections() == 1);
                assertThat(inflated(get(client, "/whole", "gzip"))).isEqualTo(text(5000));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--http1.1", "--http2-prior-knowledge"})
    void curlUnderstandsIt(String version) throws Exception {
        for (String target : new String[] {"/whole", "/whole?length=3000000", "/stream", "/page.html?length=3000000"}) {
            Process curl = new ProcessBuilder(
                            "curl",
                            "-s",
                            "-D",
                            "-",
                            "--compressed",
                            version,
                            "http://127.0.0.1:" + server.port() + target)
                    .start();
            String printed = new String(curl.getInputStream().readAllBytes(), UTF_8);
            assertThat(curl.waitFor()).isZero();
            int body = printed.indexOf("\r\n\r\n") + 4;
            assertThat(printed.substring(0, body)).containsIgnoringCase("content-encoding: gzip");
            assertThat(printed.substring(body)).isEqualTo(text(lengthIn(target)));
        }
    }

    @Test
    void itIsOffUnlessItIsAskedFor() throws Exception {
        try (TestServer usual = TestServer.serving(Http.handler(GzipTest::answer));
                RawClient client = usual.connect()) {
            for (String target : new String[] {"/whole", "/stream", "/page.html"}) {
                assertThat(get(client, target, "gzip").headers()).doesNotContainKeys("Content-Encoding", "Vary");
            }
        }
    }

    @Test
    void theLeastLengthIsSettable() throws Exception {
        Http http = Http.handler(GzipTest::answer).gzip(true);
        try (TestServer eager = TestServer.serving(http.gzipMinLength(0));
                RawClient client = eager.connect()) {
            assertThat(inflated(get(client, "/whole?length=0", "gzip"))).isEmpty();
            assertThat(inflated(get(client, "/whole?length=1", "gzip"))).isEqualTo(text(1));
        }
        assertThatThrownBy(() -> http.gzipMinLength(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static RawClient.Answer get(RawClient client, String target, String accepted) throws IOException {
        return client.send("GET " + target + " HTTP/1.1\r\nHost: t\r\nAccept-Encoding: " + accepted + "\r\n\r\n")
                .answer();
    }

    /** Fails unless the checksum and the length at the end are right, and nothing follows. */
    private static String inflated(RawClient.Answer answer) throws IOException {
        byte[] body = answer.body().getBytes(ISO_8859_1);
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    /** Changes all the time, and shrinks all the same. */
    private static String text(int length) {
        StringBuilder text = new StringBuilder(length + 16);
        for (int line = 0; text.length() < length; line++) {
            text.append("line ").append(line).append('\n');
        }
        return text.substring(0, length);
    }
}
