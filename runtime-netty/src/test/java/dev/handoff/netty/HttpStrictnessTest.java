package dev.handoff.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What could be read in two ways is refused, and the bytes behind it are never taken for a second request. Each text is sent
 * at once, and again byte by byte.
 */
class HttpStrictnessTest {
    private static final String SECOND = "GET /second HTTP/1.1\r\nHost: t\r\n\r\n";
    private static final Queue<String> SEEN = new ConcurrentLinkedQueue<>();
    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.serving(Http.handler(request -> {
            SEEN.add(request.method() + " " + request.path() + " "
                    + request.body().text());
            return Response.text("ok");
        }));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void forget() {
        SEEN.clear();
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                // The request line.
                refused("no method", 400, " / HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("two blanks before the target", 400, "GET  / HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("two blanks before the version", 400, "GET /  HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("a tab before the target", 400, "GET\t/ HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("a vertical tab before the target", 400, "GET\u000b/ HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("a carriage return before the version", 400, "GET /\rHTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("a blank behind the version", 400, "GET / HTTP/1.1 \r\nHost: t\r\n\r\n"),
                refused("a method that is no token", 400, "G@T / HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("a line that begins with a blank", 400, " GET / HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("two blank lines before", 400, "\r\n\r\nGET / HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("a bare line feed before", 400, "\nGET / HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("a NUL before", 400, "\0GET / HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("TLS on a plain port", 400, "\u0016\u0003\u0001\u0002\u0000\u0001\u0000"),
                refused("no version", 400, "GET /\r\nHost: t\r\n\r\n"),
                refused("an empty version", 400, "GET / \r\nHost: t\r\n\r\n"),
                refused("a version in small letters", 400, "GET / http/1.1\r\nHost: t\r\n\r\n"),
                refused("a version of one digit", 400, "GET / HTTP/1\r\nHost: t\r\n\r\n"),
                refused("a version of many digits", 400, "GET / HTTP/1.10\r\nHost: t\r\n\r\n"),
                refused("a version with a sign", 400, "GET / HTTP/+1.1\r\nHost: t\r\n\r\n"),
                refused("another protocol", 400, "GET / ICY/1.1\r\nHost: t\r\n\r\n"),
                refused("a version to come", 505, "GET / HTTP/1.2\r\nHost: t\r\n\r\n"),
                refused("HTTP/2 without its preface", 505, "GET / HTTP/2.0\r\nHost: t\r\n\r\n"),
                refused("a version that has gone", 505, "GET / HTTP/0.9\r\nHost: t\r\n\r\n"),
                // The target.
                refused("a target that is no path", 400, "GET index.html HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("a star for another method", 400, "GET * HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("a fragment", 400, "GET /a#b HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("a letter beyond ASCII", 400, "GET /\u00e4 HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("a control character", 400, "GET /\u0001 HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("a NUL in the target", 400, "GET /\0 HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("an escape of one digit", 400, "GET /%4 HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("an escape of no digits", 400, "GET /%zz HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("an escape with a sign", 400, "GET /%+1 HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("an escaped NUL", 400, "GET /%00 HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("escapes that are not UTF-8", 400, "GET /%c0%af HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("a broken escape in the query", 400, "GET /?a=%f HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("a URL without a host", 400, "GET http:///a HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("a URL with a user", 400, "GET http://me@t/a HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("a URL of another kind", 400, "GET ftp://t/a HTTP/1.1\r\nHost: t\r\n\r\n"),
                refused("a tunnel", 501, "CONNECT t:80 HTTP/1.1\r\nHost: t\r\n\r\n"),
                // Lines and fields.
                refused("bare line feeds", 400, "GET / HTTP/1.1\nHost: t\n\n"),
                refused("one bare line feed", 400, "GET / HTTP/1.1\r\nHost: t\nX: y\r\n\r\n"),
                refused("a bare line feed for the blank line", 400, "GET / HTTP/1.1\r\nHost: t\r\n\n"),
                refused("a bare carriage return in a value", 400, "GET / HTTP/1.1\r\nHost: t\r\nX: a\rb\r\n\r\n"),
                refused("two carriage returns", 400, "GET / HTTP/1.1\r\nHost: t\r\r\n\r\n"),
                refused("a carriage return that begins a field", 400, "GET / HTTP/1.1\r\nHost: t\r\n\rX: y\r\n\r\n"),
                refused("a carriage return that ends the head", 400, "GET / HTTP/1.1\r\nHost: t\r\n\r" + SECOND),
                refused("a folded field", 400, "GET / HTTP/1.1\r\nHost: t\r\nX: a\r\n b\r\n\r\n"),
                refused("a field folded by a tab", 400, "GET / HTTP/1.1\r\nHost: t\r\nX: a\r\n\tb\r\n\r\n"),
                refused("a fold before the first field", 400, "GET / HTTP/1.1\r\n Host: t\r\nHost: t\r\n\r\n"),
                refused("a folded length", 400, post("Content-Length:\r\n 5\r\n", "hello")),
                refused("a blank before the colon", 400, "GET / HTTP/1.1\r\nHost : t\r\n\r\n"),
                refused("a tab before the colon", 400, "GET / HTTP/1.1\r\nHost\t: t\r\n\r\n"),
                refused("a field without a colon", 400, "GET / HTTP/1.1\r\nHost: t\r\nX\r\n\r\n"),
                refused("a field without a name", 400, "GET / HTTP/1.1\r\nHost: t\r\n: x\r\n\r\n"),
                refused("a name that is no token", 400, "GET / HTTP/1.1\r\nHost: t\r\nX(y): z\r\n\r\n"),
                refused("a NUL in a name", 400, "GET / HTTP/1.1\r\nHost: t\r\nX\0: z\r\n\r\n"),
                refused("a NUL in a value", 400, "GET / HTTP/1.1\r\nHost: t\r\nX: a\0b\r\n\r\n"),
                refused("a DEL in a value", 400, "GET / HTTP/1.1\r\nHost: t\r\nX: a\u007fb\r\n\r\n"),
                refused("a form feed in a value", 400, "GET / HTTP/1.1\r\nHost: t\r\nX: a\fb\r\n\r\n"),
                // Host.
                refused("no host", 400, "GET / HTTP/1.1\r\n\r\n"),
                refused("two hosts", 400, "GET / HTTP/1.1\r\nHost: t\r\nHost: u\r\n\r\n"),
                refused("the same host twice", 400, "GET / HTTP/1.1\r\nHost: t\r\nHost: t\r\n\r\n"),
                refused("two hosts of an old client", 400, "GET / HTTP/1.0\r\nHost: t\r\nHost: u\r\n\r\n"),
                refused("a host with a path", 400, "GET / HTTP/1.1\r\nHost: t/x\r\n\r\n"),
                refused("a host with a blank", 400, "GET / HTTP/1.1\r\nHost: t u\r\n\r\n"),
                refused("a host with a user", 400, "GET / HTTP/1.1\r\nHost: me@t\r\n\r\n"),
                // Where the body ends.
                refused(
                        "a length and chunks",
                        400,
                        post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
                refused(
                        "chunks and a length",
                        400,
                        post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")),
                refused("two lengths", 400, post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")),
                refused("the same length twice", 400, post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")),
                refused(
                        "two lengths of an old client",
                        400,
                        "POST / HTTP/1.0\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nhello"),
                refused("a list of lengths", 400, post("Content-Length: 5, 5\r\n", "hello")),
                refused("no length", 400, post("Content-Length:\r\n", "hello")),
                refused("a signed length", 400, post("Content-Length: +5\r\n", "hello")),
                refused("a negative length", 400, post("Content-Length: -5\r\n", "hello")),
                refused("a length in hexadecimal digits", 400, post("Content-Length: 0x5\r\n", "hello")),
                refused("a length with a fraction", 400, post("Content-Length: 5.0\r\n", "hello")),
                refused("a length with a blank inside", 400, post("Content-Length: 5 5\r\n", "hello")),
                refused("a length in other digits", 400, post("Content-Length: \u00b2\r\n", "hello")),
                refused("a length of twenty digits", 413, post("Content-Length: 99999999999999999999\r\n", "hello")),
                refused("a coding that is not known", 501, post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")),
                refused("a coding without an end", 400, post("Transfer-Encoding: gzip\r\n", "hello")),
                refused("chunked, but not last", 400, post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n")),
                refused("chunked twice", 400, post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")),
                refused(
                        "chunked in two fields",
                        400,
                        post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
                refused(
                        "chunked, then identity",
                        400,
                        post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n")),
                refused("a coding with a prefix", 400, post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")),
                refused("a coding in quotes", 400, post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")),
                refused(
                        "a coding behind a vertical tab",
                        400,
                        post("Transfer-Encoding: \u000bchunked\r\n", "0\r\n\r\n")),
                refused("an empty coding", 400, post("Transfer-Encoding:\r\n", "0\r\n\r\n")),
                refused(
                        "chunks of an old client",
                        400,
                        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                // Chunks.
                refused("a chunk without a size", 400, chunked("\r\nhello\r\n0\r\n\r\n")),
                refused("a size in other digits", 400, chunked("g\r\nhello\r\n0\r\n\r\n")),
                refused("a size with a sign", 400, chunked("+5\r\nhello\r\n0\r\n\r\n")),
                refused("a size with 0x", 400, chunked("0x5\r\nhello\r\n0\r\n\r\n")),
                refused("a blank before a size", 400, chunked(" 5\r\nhello\r\n0\r\n\r\n")),
                refused("a blank behind a size", 400, chunked("5 \r\nhello\r\n0\r\n\r\n")),
                refused("a size too large to count", 400, chunked("10000000000000005\r\nhello\r\n0\r\n\r\n")),
                refused("a size behind a bare line feed", 400, chunked("5\nhello\r\n0\r\n\r\n")),
                refused("an extension behind a bare line feed", 400, chunked("5;x\nhello\r\n0\r\n\r\n")),
                refused("a carriage return in an extension", 400, chunked("5;x\ry\r\nhello\r\n0\r\n\r\n")),
                refused("a chunk longer than its size", 400, chunked("4\r\nhello\r\n0\r\n\r\n")),
                refused("a chunk that ends with a line feed", 400, chunked("5\r\nhello\n0\r\n\r\n")),
                refused("an endless extension", 400, chunked("5;" + "x".repeat(300) + "\r\nhello\r\n0\r\n\r\n")),
                refused("a trailer without a colon", 400, chunked("5\r\nhello\r\n0\r\nX\r\n\r\n")),
                refused("a folded trailer", 400, chunked("5\r\nhello\r\n0\r\nX: y\r\n z\r\n\r\n")),
                refused("a trailer behind a bare line feed", 400, chunked("5\r\nhello\r\n0\r\nX: y\n\r\n")),
                refused("a blank line that is a bare line feed", 400, chunked("5\r\nhello\r\n0\r\n\n")),
                // Expectations.
                refused("another expectation", 417, post("Expect: 200-ok\r\nContent-Length: 5\r\n", "hello")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void ambiguousRequestIsRefusedAndNothingBehindItIsServed(String what, int status, String text) throws Exception {
        try (RawClient client = server.connect()) {
            client.send(text + SECOND);
            assertRefused(client, status);
        }
        try (RawClient client = server.connect()) {
            trickle(client, text);
            assertRefused(client, status);
        }
    }

    static Stream<Arguments> accepted() {
        return Stream.of(
                accepted("a plain one", "GET / ", "GET / HTTP/1.1\r\nHost: t\r\n\r\n"),
                accepted("one line end before it", "GET / ", "\r\nGET / HTTP/1.1\r\nHost: t\r\n\r\n"),
                accepted("a method of its own", "BREW / ", "BREW / HTTP/1.1\r\nHost: t\r\n\r\n"),
                accepted("a name in other letters", "GET / ", "GET / HTTP/1.1\r\nhOST: t\r\n\r\n"),
                accepted("no blank behind the colon", "GET / ", "GET / HTTP/1.1\r\nHost:t\r\n\r\n"),
                accepted("blanks and tabs around a value", "GET / ", "GET / HTTP/1.1\r\nHost: \t t \t\r\n\r\n"),
                accepted("an empty host", "GET / ", "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
                accepted("a host with an address and a port", "GET / ", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n"),
                accepted("letters beyond ASCII in a value", "GET / ", "GET / HTTP/1.1\r\nHost: t\r\nX: \u00e4\r\n\r\n"),
                accepted("a proxy's form", "GET /a ", "GET http://t:80/a?b HTTP/1.1\r\nHost: t\r\n\r\n"),
                accepted("a proxy's form without a path", "GET / ", "GET HTTP://t HTTP/1.1\r\nHost: t\r\n\r\n"),
                accepted("a star", "OPTIONS * ", "OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n"),
                accepted("escapes", "GET /\u00e4 b ", "GET /%C3%a4%20b HTTP/1.1\r\nHost: t\r\n\r\n"),
                accepted("dots", "GET /b ", "GET /a/../../%2e%2E/./b HTTP/1.1\r\nHost: t\r\n\r\n"),
                accepted("a length", "POST / hello", post("Content-Length: 5\r\n", "hello")),
                accepted("a length with noughts", "POST / hello", post("Content-Length: 005\r\n", "hello")),
                accepted("a length of nought", "POST / ", post("Content-Length: 0\r\n", "")),
                accepted(
                        "a body for GET", "GET / hello", "GET / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello"),
                accepted("chunks", "POST / hello", chunked("2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n")),
                accepted("chunks of nothing", "POST / ", chunked("0\r\n\r\n")),
                accepted(
                        "chunked in capitals",
                        "POST / hello",
                        post("Transfer-Encoding: CHUNKED\r\n", "5\r\nhello\r\n0\r\n\r\n")),
                accepted("sizes with noughts", "POST / hello", chunked("0005\r\nhello\r\n000\r\n\r\n")),
                accepted("extensions", "POST / hello", chunked("5;a=\"b c\"\r\nhello\r\n0 ; d\r\n\r\n")),
                accepted("trailers", "POST / hello", chunked("5\r\nhello\r\n0\r\nContent-Length: 9\r\nX: y\r\n\r\n")),
                accepted(
                        "an old client's expectation",
                        "POST / hello",
                        "POST / HTTP/1.0\r\nConnection: keep-alive\r\nExpect: x\r\nContent-Length: 5\r\n\r\nhello"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accepted")
    void unusualRequestIsServedAndSoIsTheNext(String what, String seen, String text) throws Exception {
        try (RawClient client = server.connect()) {
            client.send(text + SECOND);
            assertThat(client.answer().status()).isEqualTo(200);
            assertThat(client.answer().status()).isEqualTo(200);
            trickle(client, text + SECOND);
            assertThat(client.answer().status()).isEqualTo(200);
            assertThat(client.answer().status()).isEqualTo(200);
        }
        assertThat(SEEN).containsExactly(seen, "GET /second ", seen, "GET /second ");
    }

    private static void assertRefused(RawClient client, int status) throws Exception {
        RawClient.Answer answer = client.answer();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Connection")).isEqualTo("close");
        assertThat(client.isEnded()).as("the connection has ended").isTrue();
        assertThat(SEEN).as("requests that a handler saw").isEmpty();
    }

    /** Sends one byte at a time, each in a packet of its own as far as the kernel likes; stops where the server does. */
    private static void trickle(RawClient client, String text) throws Exception {
        for (int i = 0; i < text.length(); i++) {
            client.send(text.substring(i, i + 1));
        }
    }

    private static String post(String headers, String body) {
        return "POST / HTTP/1.1\r\nHost: t\r\n" + headers + "\r\n" + body;
    }

    private static String chunked(String body) {
        return post("Transfer-Encoding: chunked\r\n", body);
    }

    private static Arguments refused(String what, int status, String text) {
        return arguments(what, status, text);
    }

    private static Arguments accepted(String what, String seen, String text) {
        return arguments(what, seen, text);
    }
}
