package dev.handoff.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        server = TestServer.serving(Http.handler(
                request -> Response.file(directory.resolve(request.path().substring(1)))));
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
    void otherRangesGetTheWholeFile() throws Exception {
        for (String range : new String[] {
            "bytes=0-1,3-4", "lines=1-2", "bytes=3-2", "bytes=-", "bytes=a-b", "bytes=0-99999999999999999999"
        }) {
            assertRange(range, 200, "0123456789", "");
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
