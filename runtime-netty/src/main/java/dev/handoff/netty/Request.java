package dev.handoff.netty;

import dev.handoff.netty.http.ServerRequest;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One request, valid while its handler and its body are in use. What it says may be read on any thread; the body as
 * {@link Body} says.
 */
public interface Request {
    /**
     * A request without a body, to test handlers without a cluster. It comes from an unresolved {@code localhost:0}, and
     * has no {@link #context()}.
     *
     * @param target as a client writes it: {@code /path?name=value}
     * @param headers names and values; Host is added if it is not among them
     * @throws IllegalArgumentException if a client could not have sent it
     */
    static Request of(String method, String target, String... headers) {
        return ServerRequest.forTest(method, target, new byte[0], headers);
    }

    /** The same with a body; its length need not be among the headers. */
    static Request of(String method, String target, byte[] body, String... headers) {
        return ServerRequest.forTest(method, target, body, headers);
    }

    /** The method, as the client wrote it; case matters. Never CONNECT. */
    String method();

    /** The target as the client wrote it, query included. */
    String target();

    /**
     * The path of the target: decoded, dot segments resolved, so that it never leads above {@code /}. A request whose path
     * cannot be decoded is answered with 400 and never gets here.
     */
    String path();

    /** The first value of that name in the query, decoded as forms are: a plus sign is a blank. */
    Optional<String> query(String name);

    /** The version of HTTP that the client speaks. */
    HttpVersion version();

    /** The header fields. */
    Headers headers();

    /** The body; empty if there is none. */
    Body body();

    /** The client's address, or that of the proxy before it. */
    SocketAddress remote();

    /** Whether it came over TLS. */
    boolean secure();

    /** The host that the client has asked for in its TLS handshake (SNI); empty without TLS, or if it has asked for none. */
    Optional<String> serverName();

    /**
     * The certificate that the client has shown in its TLS handshake, and behind it what it has sent along of its chain. It was
     * checked against {@link Tls#clientCertificates}.
     *
     * @return empty without TLS, and where none was asked for or shown
     */
    List<X509Certificate> clientCertificates();

    /**
     * The worker that serves it.
     *
     * @throws IllegalStateException if it was made for a test
     */
    WorkerContext context();

    /** When its connection was accepted, by the wall clock; also where another worker has served it before. */
    Instant accepted();

    /**
     * Calls this once if the client has gone, or was cut, before its response was whole; at once, on the caller's thread, if that
     * has happened. Else it runs on the connection's event loop and must not block. Listeners run in the order in which they were
     * added. One that throws is logged.
     *
     * <p>A reset is seen within two seconds, a client of HTTP/2 that resets its stream at once. One of HTTP/1.1 that has closed looks
     * like one that has ended its direction and waits: it is taken for gone when it answers what is sent with a reset, or when
     * nothing was sent for {@link Http#halfClosed}.
     *
     * <pre>{@code
     * CompletableFuture<Row> row = database.find(request.path());
     * request.onAbort(() -> row.cancel(true));
     * return Response.later(row.thenApply(Response::json));
     * }</pre>
     */
    void onAbort(Runnable listener);

    /** Whether the client has gone, as {@link #onAbort} tells. Any thread may ask. */
    boolean isAborted();

    /** Requests on this connection before this one, those that other workers have served included. */
    long served();
}
