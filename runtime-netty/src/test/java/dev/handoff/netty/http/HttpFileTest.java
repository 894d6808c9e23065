package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.netty.Http;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.worker.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpFileTest {
    private static final String MODIFIED = "Fri, 02 Jan 2026 03:04:05 GMT";

    @TempDir
    private Path directory;

    private TestServer server;

    @BeforeEach
    void serve() throws Exception {
        write("ten.txt", "0123456789");
        write("empty.css", "");
        write("large.bin", "x".repeat(5_000_000));
        Files.createDirectory(directory.resolve("sub"));
        server = TestServer.serving(Http.handler(this::serve));
    }

    private Response serve(Request request) {
        String name = request.path().substring(1);
        return name.startsWith("tagged/")
                ? Response.file(directory.resolve(name.substring("tagged/".length())))
                        .header("ETag", "\"v1\"")
                        .header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
                : Response.file(directory.resolve(name));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void fileIsSentWithTypeLengthAndDate() throws Exception {
        try (RawClient client = server.connect()) {
            RawClient.Answer answer = client.get("/ten.txt").answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("0123456789");
            assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(answer.header("Last-Modified")).isEqualTo(MODIFIED);
            assertThat(answer.header("Accept-Ranges")).isEqualTo("bytes");
            assertThat(client.get("/empty.css").answer().body()).isEmpty();
            assertThat(client.get("/large.bin").answer().body()).isEqualTo("x".repeat(5_000_000));
            assertThat(client.get("/ten.txt").answer().body()).isEqualTo("0123456789");
        }
    }

    @Test
    void whatIsNoReadableFileIsNotFound() throws Exception {
        try (RawClient client = server.connect()) {
            for (String target : new String[] {"/none", "/sub", "/", "/ten.txt/x", "/%01"}) {
                assertThat(client.get(target).answer().status()).as(target).isEqualTo(404);
            }
        }
    }

    /** A file that another is moved over, as a deploy does it, is sent as it was or as it is, and never as one with the length of the other. */
    @Test
    void fileThatIsReplacedIsSentAsOneOrTheOther() throws Exception {
        String once = "a".repeat(100);
        String then = "b".repeat(3_000);
        AtomicBoolean done = new AtomicBoolean();
        write("replaced", once);
        CompletableFuture<Void> replacing = CompletableFuture.runAsync(() -> {
            while (!done.get()) {
                replace(once);
                replace(then);
            }
        });
        try (RawClient client = server.connect()) {
            for (int i = 0; i < 20_000; i++) {
                assertThat(client.get("/replaced").answer().body()).isIn(once, then);
            }
        } finally {
            done.set(true);
            replacing.get(20, TimeUnit.SECONDS);
        }
    }

    private void replace(String content) {
        try {
            Path next = Files.writeString(directory.resolve("next"), content);
            Files.move(next, directory.resolve("replaced"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void headTellsTheLengthOnly() throws Exception {
        try (RawClient client = server.connect()) {
            client.send("HEAD /ten.txt HTTP/1.1\r\nHost: t\r\n\r\n");
            assertThat(client.answerToHead().header("Content-Length")).isEqualTo("10");
            assertThat(client.get("/ten.txt").answer().status()).isEqualTo(200);
        }
    }

    @Test
    void oneRangeIsServed() throws Exception {
        assertRange("bytes=0-3", 206, "0123", "bytes 0-3/10");
        assertRange("bytes=8-", 206, "89", "bytes 8-9/10");
        assertRange("bytes=-3", 206, "789", "bytes 7-9/10");
        assertRange("bytes=5-500", 206, "56789", "bytes 5-9/10");
        assertRange("bytes=-500", 206, "0123456789", "bytes 0-9/10");
        assertRange("BYTES=9-9", 206, "9", "bytes 9-9/10");
    }

    @Test
    void rangeOutsideOfTheFileIsRefused() throws Exception {
        assertRange("bytes=10-", 416, "", "bytes */10");
        assertRange("bytes=-0", 416, "", "bytes */10");
    }

    @Test
    void rangesThatCannotBeReadGetTheWholeFile() throws Exception {
        for (String range : new String[] {
            "lines=1-2", "bytes=3-2", "bytes=-", "bytes=", "bytes=,", "bytes=a-b", "bytes=0-1 3-4", "bytes=0-1,x", "0-1"
        }) {
            assertRange(range, 200, "0123456789", "");
        }
        assertRange("bytes=0-3\r\nRange: bytes=4-5", 200, "0123456789", "");
    }

    @Test
    void numbersBeyondEveryFileAreRead() throws Exception {
        assertRange("bytes=0-99999999999999999999", 206, "0123456789", "bytes 0-9/10");
        assertRange("bytes=-99999999999999999999", 206, "0123456789", "bytes 0-9/10");
        assertRange("bytes=99999999999999999999-", 416, "", "bytes */10");
        assertRange("bytes=00000000000000000000001-2", 206, "12", "bytes 1-2/10");
    }

    @Test
    void severalRangesAreServedAsParts() throws Exception {
        RawClient.Answer answer = ask("GET", "/ten.txt", "Range: bytes=0-1, 4-5,,-1");
        assertThat(answer.status()).isEqualTo(206);
        assertThat(answer.header("Content-Range")).isEmpty();
        String type = answer.header("Content-Type");
        assertThat(type).startsWith("multipart/byteranges; boundary=");
        String boundary = type.substring(type.indexOf('=') + 1);
        assertThat(answer.body())
                .isEqualTo(part(boundary, "0-1", "01") + "\r\n" + part(boundary, "4-5", "45") + "\r\n"
                        + part(boundary, "9-9", "9") + "\r\n--" + boundary + "--\r\n");
    }

    @Test
    void partsOfALargeFileAreWhole() throws Exception {
        RawClient.Answer answer = ask("GET", "/large.bin", "Range: bytes=0-1999999,3000000-4999999");
        String boundary = answer.header("Content-Type").substring("multipart/byteranges; boundary=".length());
        assertThat(answer.body().split("--" + boundary, -1)).hasSize(4).satisfies(parts -> {
            assertThat(parts[1]).hasSizeGreaterThan(2_000_000).contains("x".repeat(2_000_000));
            assertThat(parts[2]).hasSizeGreaterThan(2_000_000).contains("x".repeat(2_000_000));
        });
    }

    @Test
    void ofSeveralRangesThoseOutsideAreLeftOut() throws Exception {
        assertRange("bytes=2-3,10-20", 206, "23", "bytes 2-3/10");
        assertRange("bytes=10-20,30-", 416, "", "bytes */10");
    }

    @Test
    void whatIsAskedForTwiceOrInTooManyPiecesGetsTheWholeFile() throws Exception {
        assertRange("bytes=0-5,3-8", 200, "0123456789", "");
        assertRange("bytes=" + "0-0,".repeat(33), 200, "0123456789", "");
        assertRange("bytes=" + "20-,".repeat(33), 200, "0123456789", "");
    }

    @Test
    void rangesAreForGetAlone() throws Exception {
        RawClient.Answer posted = ask("POST", "/ten.txt", "Range: bytes=0-3\r\nContent-Length: 0");
        assertThat(posted.status()).isEqualTo(200);
        assertThat(posted.body()).isEqualTo("0123456789");
        RawClient.Answer head = ask("HEAD", "/ten.txt", "Range: bytes=0-3");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Length")).isEqualTo("10");
    }

    @Test
    void emptyFileHasNoRange() throws Exception {
        for (String range : new String[] {"bytes=0-", "bytes=-5", "bytes=3-4"}) {
            RawClient.Answer answer = ask("GET", "/empty.css", "Range: " + range);
            assertThat(answer.status()).as(range).isEqualTo(200);
            assertThat(answer.body()).isEmpty();
        }
    }

    @Test
    void rangeOfAnotherVersionGetsTheWholeFile() throws Exception {
        assertRange("bytes=0-3\r\nIf-Range: " + MODIFIED, 206, "0123", "bytes 0-3/10");
        assertRange("bytes=0-3\r\nIf-Range: Thu, 01 Jan 2026 03:04:05 GMT", 200, "0123456789", "");
        assertRange("bytes=0-3\r\nIf-Range: \"tag\"", 200, "0123456789", "");
    }

    @Test
    void fileThatTheClientHasIsNotSentAgain() throws Exception {
        try (RawClient client = server.connect()) {
            assertThat(conditional(client, MODIFIED).status()).isEqualTo(304);
            assertThat(conditional(client, "Thu, 01 Jan 2026 03:04:05 GMT").status())
                    .isEqualTo(200);
            assertThat(conditional(client, "yesterday").status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {MODIFIED, "Friday, 02-Jan-26 03:04:05 GMT", "Fri Jan  2 03:04:05 2026"})
    void allFormsOfDatesAreUnderstood(String date) throws Exception {
        assertThat(ask("GET", "/ten.txt", "If-Modified-Since: " + date).status())
                .isEqualTo(304);
        assertThat(ask("GET", "/ten.txt", "If-Unmodified-Since: " + date).status())
                .isEqualTo(200);
        assertRange("bytes=0-3\r\nIf-Range: " + date, 206, "0123", "bytes 0-3/10");
    }

    @Test
    void yearOfTwoDigitsIsNeverFarInTheFuture() {
        assertThat(HttpDate.parse("Sunday, 06-Nov-94 08:49:37 GMT")).contains(Instant.parse("1994-11-06T08:49:37Z"));
        assertThat(HttpDate.parse("Sun Nov  6 08:49:37 1994")).contains(Instant.parse("1994-11-06T08:49:37Z"));
        assertThat(HttpDate.parse("Sun Nov 16 08:49:37 1997")).contains(Instant.parse("1997-11-16T08:49:37Z"));
        assertThat(HttpDate.parse("Mon, 06 Nov 1994 08:49:37 GMT")).isEmpty();
    }

    /* RFC 9110, 13.2.2, step by step. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "If-Match: *                                    | 200",
                "If-Match: \"a\"                                | 412",
                "If-Match: *;If-Unmodified-Since: BEFORE        | 200",
                "If-Unmodified-Since: BEFORE                    | 412",
                "If-Unmodified-Since: SAME                      | 200",
                "If-Unmodified-Since: yesterday                 | 200",
                "If-None-Match: *                               | 304",
                "If-None-Match: \"a\"                           | 200",
                "If-None-Match: \"a\";If-Modified-Since: SAME   | 200",
                "If-Modified-Since: SAME                        | 304",
                "If-Modified-Since: BEFORE                      | 200",
                "If-Modified-Since: SAME;If-Modified-Since: SAME| 200",
                "If-Match: \"a\";Range: bytes=0-3               | 412",
                "If-None-Match: *;Range: bytes=0-3              | 304",
            })
    void conditionsHoldAsTheRfcSays(String fields, int status) throws Exception {
        for (String method : new String[] {"GET", "HEAD"}) {
            RawClient.Answer answer = ask(method, "/ten.txt", lines(fields));
            assertThat(answer.status()).as(method + " " + fields).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "If-Match: \"v1\"              | 200",
                "If-Match: \"v0\", \"v1\"      | 200",
                "If-Match: W/\"v1\"            | 412",
                "If-Match: \"v2\"              | 412",
                "If-None-Match: \"v1\"         | 304",
                "If-None-Match: W/\"v1\"       | 304",
                "If-None-Match: \"v2\"         | 200",
                "If-Range: \"v1\";Range: bytes=0-3   | 206",
                "If-Range: W/\"v1\";Range: bytes=0-3 | 200",
                "If-Range: \"v2\";Range: bytes=0-3   | 200",
            })
    void tagOfTheProgramCountsInConditions(String fields, int status) throws Exception {
        assertThat(ask("GET", "/tagged/ten.txt", lines(fields)).status())
                .as(fields)
                .isEqualTo(status);
    }

    /* The program has acted by then: a refusal would be a lie. */
    @Test
    void conditionsOfOtherMethodsAreTheProgramsToJudge() throws Exception {
        assertThat(ask("POST", "/ten.txt", "If-None-Match: *\r\nContent-Length: 0")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void dateOfTheProgramReplacesTheFiles() throws Exception {
        RawClient.Answer answer = ask("GET", "/tagged/ten.txt", "Accept: */*");
        assertThat(answer.header("Last-Modified")).isEqualTo("Thu, 01 Jan 2026 00:00:00 GMT");
        assertThat(ask("GET", "/tagged/ten.txt", "If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT")
                        .status())
                .isEqualTo(304);
    }

    private static String lines(String fields) {
        return fields.replace(";", "\r\n").replace("SAME", MODIFIED).replace("BEFORE", "Thu, 01 Jan 2026 03:04:05 GMT");
    }

    private static String part(String boundary, String range, String bytes) {
        return "--" + boundary + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes " + range
                + "/10\r\n\r\n" + bytes;
    }

    private RawClient.Answer ask(String method, String target, String fields) throws Exception {
        try (RawClient client = server.connect()) {
            client.send(method + " " + target + " HTTP/1.1\r\nHost: t\r\n" + fields + "\r\n\r\n");
            return method.equals("HEAD") ? client.answerToHead() : client.answer();
        }
    }

    private void assertRange(String range, int status, String body, String contentRange) throws Exception {
        try (RawClient client = server.connect()) {
            client.send("GET /ten.txt HTTP/1.1\r\nHost: t\r\nRange: " + range + "\r\n\r\n");
            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).as(range).isEqualTo(status);
            assertThat(answer.body()).as(range).isEqualTo(body);
            assertThat(answer.header("Content-Range")).as(range).isEqualTo(contentRange);
        }
    }

    private static RawClient.Answer conditional(RawClient client, String since) throws Exception {
        return client.send("GET /ten.txt HTTP/1.1\r\nHost: t\r\nIf-Modified-Since: " + since + "\r\n\r\n")
                .answer();
    }

    private void write(String name, String content) throws Exception {
        Path file = Files.write(directory.resolve(name), content.getBytes(ISO_8859_1));
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-01-02T03:04:05.678Z")));
    }
}
