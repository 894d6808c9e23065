package dev.handoff.netty;

import dev.handoff.netty.http.FriendAccess;
import dev.handoff.netty.http.Json;
import dev.handoff.netty.http.MediaTypes;
import dev.handoff.netty.http.ResponseContent;
import dev.handoff.process.spi.Utf8;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/**
 * One response. Immutable; any thread may make one, and one may answer many requests. Length, date and connection fields
 * are ours.
 */
public final class Response {
    static {
        FriendAccess.RESPONSE.open(new FriendAccess.OfResponse() {
            @Override
            public Response of(int code, Headers headers, ResponseContent content) {
                return new Response(code, headers, content);
            }

            @Override
            public ResponseContent content(Response response) {
                return response.content;
            }
        });
    }

    private static final Headers TEXT = Headers.of("Content-Type", "text/plain; charset=utf-8");
    private static final Headers HTML = Headers.of("Content-Type", "text/html; charset=utf-8");
    private static final Headers JSON = Headers.of("Content-Type", "application/json");
    private static final Set<String> OURS = Set.of(
            "connection",
            "content-length",
            "date",
            "keep-alive",
            "sec-websocket-accept",
            "sec-websocket-extensions",
            "transfer-encoding",
            "upgrade");

    /** Fields of which a client would read one value only. Source: RFC 9110, section 5.3, and the definition of each. */
    private static final Set<String> ONCE = Set.of(
            "access-control-allow-credentials",
            "access-control-allow-origin",
            "access-control-max-age",
            "age",
            "content-disposition",
            "content-location",
            "content-range",
            "content-type",
            "cross-origin-embedder-policy",
            "cross-origin-opener-policy",
            "cross-origin-resource-policy",
            "etag",
            "expires",
            "last-modified",
            "location",
            "refresh",
            "retry-after",
            "sec-websocket-protocol",
            "server",
            "strict-transport-security",
            "x-content-type-options",
            "x-frame-options");

    private final int code;
    private final Headers headers;
    private final ResponseContent content;

    private Response(int code, Headers headers, ResponseContent content) {
        this.code = code;
        this.headers = headers;
        this.content = content;
    }

    /** Writes a body. Runs on {@link WorkerContext#blocking()}. */
    @FunctionalInterface
    public interface Writer {
        /**
         * Writes the whole body and returns. A write waits for a slow client and fails with an
         * {@link java.io.IOException} when the client is gone. What is written leaves at the latest when 8 KiB are
         * together, or on {@link OutputStream#flush()}.
         *
         * @throws Exception before anything has left, to be answered with 500; later the connection is cut, so that the
         *     client knows that something is missing
         */
        void write(OutputStream out) throws Exception;
    }

    /**
     * A response without a body.
     *
     * @param code 200…599
     */
    public static Response status(int code) {
        return new Response(checked(code), Headers.of(), ResponseContent.Bytes.NONE);
    }

    /**
     * 200, plain text, UTF-8.
     *
     * @throws IllegalArgumentException if the text has half of a surrogate pair
     */
    public static Response text(String text) {
        return new Response(200, TEXT, new ResponseContent.Bytes(Utf8.bytes("the body of a response", text)));
    }

    /**
     * 200, HTML, UTF-8.
     *
     * @throws IllegalArgumentException if the text has half of a surrogate pair
     */
    public static Response html(String html) {
        return new Response(200, HTML, new ResponseContent.Bytes(Utf8.bytes("the body of a response", html)));
    }

    /**
     * 200, the value as Jackson writes it.
     *
     * @throws IllegalArgumentException if Jackson cannot write it
     */
    public static Response json(Object value) {
        return new Response(200, JSON, new ResponseContent.Bytes(Json.write(value)));
    }

    /** 200, these bytes. They are not copied and must not change any more. */
    public static Response bytes(String contentType, byte[] bytes) {
        return new Response(200, typed(contentType), new ResponseContent.Bytes(bytes));
    }

    /**
     * The content of a regular file, sent by the kernel where the connection is not encrypted; 404 if there is none that
     * can be read. The content type is told by the file's name. A single byte range is answered with 206 or 416, a client
     * that has the file already with 304.
     *
     * <p>The path is taken as it is: who makes one of what a client sent has to see that it leads nowhere else.
     */
    public static Response file(Path file) {
        return new Response(200, typed(MediaTypes.of(file)), new ResponseContent.FileContent(file));
    }

    /** 200, a body that a writer writes as it goes. */
    public static Response stream(String contentType, Writer writer) {
        return new Response(200, typed(contentType), new ResponseContent.Written(writer));
    }

    /**
     * 200, a body that is published. The client's pace is the demand. If the publisher fails the connection is cut, so that
     * the client knows that something is missing. A buffer that was published must not change any more.
     */
    public static Response publisher(String contentType, Flow.Publisher<ByteBuffer> chunks) {
        return new Response(200, typed(contentType), new ResponseContent.Published(chunks));
    }

    /**
     * What this stage completes with; 500 if it fails. The handler returns now, and no thread waits. Status and headers are
     * those of the response that comes.
     */
    public static Response later(CompletionStage<Response> response) {
        return new Response(200, Headers.of(), new ResponseContent.Later(response));
    }

    /**
     * 101: the connection becomes a WebSocket; over HTTP/2, where the client has sent an extended CONNECT and the request is seen as
     * that of HTTP/1.1, one stream of it does, and the client sees 200. A request that asks for none, or for another version of it, is answered with
     * 426; one that does it wrongly with 400. A header field that is added goes along, such as
     * {@code Sec-WebSocket-Protocol} with one of those that the client has offered.
     *
     * <p>A browser opens WebSockets from pages of any origin, cookies included: a program that knows its clients by those
     * compares the request's {@code Origin} first, and answers 403.
     *
     * @param opened gets it, on the event loop, before the client's first message; must not block
     */
    public static Response webSocket(Consumer<WebSocket> opened) {
        return new Response(101, Headers.of(), new ResponseContent.Opened(opened));
    }

    /**
     * The same with another status.
     *
     * @param status 200…599
     * @throws IllegalStateException for a WebSocket, and for a response that comes later
     */
    public Response withStatus(int status) {
        checkHere();
        if (content instanceof ResponseContent.Opened) {
            throw new IllegalStateException("the status of a WebSocket is 101: answer with another response instead");
        }
        return new Response(checked(status), headers, content);
    }

    /**
     * The same with this header field. It replaces a field of that name if a response may have it only once: Access-Control-Allow-Credentials,
     * Access-Control-Allow-Origin, Access-Control-Max-Age, Age, Content-Disposition, Content-Location, Content-Range, Content-Type,
     * Cross-Origin-Embedder-Policy, Cross-Origin-Opener-Policy, Cross-Origin-Resource-Policy, ETag, Expires, Last-Modified, Location, Refresh,
     * Retry-After, Sec-WebSocket-Protocol, Server, Strict-Transport-Security, X-Content-Type-Options and X-Frame-Options. Any other field is
     * added beside those of its name, as Set-Cookie and Vary have to be.
     *
     * @throws IllegalArgumentException if a character must not stand there, or the field is one of ours: Connection,
     *     Content-Length, Date, Keep-Alive, Sec-WebSocket-Accept, Sec-WebSocket-Extensions, Transfer-Encoding, Upgrade
     * @throws IllegalStateException for a response that comes later
     */
    public Response header(String name, String value) {
        checkHere();
        String lowerCase = name.toLowerCase(Locale.ROOT);
        if (OURS.contains(lowerCase)) {
            throw new IllegalArgumentException("the server itself sends the field " + name);
        }
        return ONCE.contains(lowerCase) ? without(name).plus(name, value) : plus(name, value);
    }

    /* One more field, be it one of ours. */
    private Response plus(String name, String value) {
        return new Response(code, headers.with(name, value), content);
    }

    private Response without(String name) {
        return new Response(code, headers.without(name), content);
    }

    /** The status; of a file, if it can be sent whole. */
    public int code() {
        return code;
    }

    /** The fields that were set here. */
    public Headers headers() {
        return headers;
    }

    private void checkHere() {
        if (content instanceof ResponseContent.Later) {
            throw new IllegalStateException("this response comes later: set status and headers on the one that comes");
        }
    }

    private static int checked(int code) {
        if (code < 200 || code > 599) {
            throw new IllegalArgumentException("the status of a response is 200…599, not " + code);
        }
        return code;
    }

    private static Headers typed(String contentType) {
        return Headers.of("Content-Type", contentType);
    }
}
