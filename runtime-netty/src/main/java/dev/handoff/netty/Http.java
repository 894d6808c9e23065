package dev.handoff.netty;

import dev.handoff.cluster.Protocol;
import dev.handoff.netty.http.Http2Limits;
import dev.handoff.netty.http.HttpService;
import dev.handoff.netty.http.HttpSettings;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 and HTTP/2: a function from request to response. Immutable: each setting gives a new one.
 *
 * <p>A connection of HTTP/1.1 has one request at a time: pipelined ones are answered in order, and the next is looked at when
 * the last response has been written out. A request that two servers could read in two ways is answered with 400 and its connection
 * closed. Source: RFC 9110, RFC 9112 and RFC 9113.
 *
 * <pre>{@code
 * Http http = Http.handler(request -> Response.text("Hello " + request.query("name").orElse("you") + "\n"))
 *         .maxBody(64 * 1024);
 * }</pre>
 */
public final class Http implements WorkerHandler, HandBack {
    private final HttpSettings settings;
    private final @Nullable Consumer<WorkerContext> startHook;
    private final @Nullable Runnable stopHook;

    /* The one thing that is not from the program: the worker that this serves in. */
    private volatile @Nullable HttpService service;

    private Http(HttpSettings settings, @Nullable Consumer<WorkerContext> startHook, @Nullable Runnable stopHook) {
        this.settings = settings;
        this.startHook = startHook;
        this.stopHook = stopHook;
    }

    /** A function from request to response. */
    @FunctionalInterface
    public interface Handler {
        /**
         * The response to a request.
         *
         * @throws Exception logged, and answered with 500
         */
        Response handle(Request request) throws Exception;
    }

    /** A handler that runs on the connection's event loop, with the whole body. It must not block. */
    public static Http handler(Handler handler) {
        return new Http(HttpSettings.defaults(HttpSettings.Mode.WHOLE, handler), null, null);
    }

    /**
     * A handler that runs on {@link WorkerContext#blocking()}, with the body as a stream, and may block. If that takes no
     * more, the answer is 503 with {@code Retry-After}.
     */
    public static Http blocking(Handler handler) {
        return new Http(HttpSettings.defaults(HttpSettings.Mode.BLOCKING, handler), null, null);
    }

    /** A handler that runs on the connection's event loop, with the head only; the body is published. It must not block. */
    public static Http streaming(Handler handler) {
        return new Http(HttpSettings.defaults(HttpSettings.Mode.STREAMING, handler), null, null);
    }

    /**
     * How large the body of a request may be; beyond that 413.
     *
     * @param bytes at least 0; default 1 MiB
     */
    public Http maxBody(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("the limit of a body is at least 0 bytes, not " + bytes);
        }
        return with(settings.withMaxBody(bytes));
    }

    /**
     * How large the head of a request may be.
     *
     * @param line bytes of the request line, at least 64; beyond that 414; default 8 KiB
     * @param headers bytes of all header fields together, at least 64; beyond that 431; default 8 KiB
     */
    public Http maxHead(int line, int headers) {
        if (line < 64 || headers < 64) {
            throw new IllegalArgumentException(
                    "the limits of a head are at least 64 bytes, not " + line + " and " + headers);
        }
        return with(settings.withMaxHead(line, headers));
    }

    /**
     * How long a client may take. Limits are counted in fifths of a second, rounded up. Idle connections are closed; a head
     * or body that is late is answered with 408. What was said for the whole cluster, by the operator first of all, beats
     * these: {@code http.first}, {@code http.head}, {@code http.bodyIdle}, {@code http.keepAlive}.
     *
     * @param first until the first byte of a new connection; default 60 s
     * @param head from a head's first byte to its last; default 30 s
     * @param bodyIdle without a byte of a body sent or taken; default 30 s
     * @param keepAlive between two requests; default 75 s, more than the usual 60 s of load balancers, so that they
     *     close first. Clients are told this time, and the connection is closed one second after it
     */
    public Http timeouts(Duration first, Duration head, Duration bodyIdle, Duration keepAlive) {
        for (Duration limit : new Duration[] {first, head, bodyIdle, keepAlive}) {
            if (limit.isNegative() || limit.isZero()) {
                throw new IllegalArgumentException("a time-out is more than nothing, not " + limit);
            }
        }
        return with(settings.withTimeouts(settings.timeouts().withClients(first, head, bodyIdle, keepAlive)));
    }

    /**
     * How long a handler may neither answer nor read more of the body; then its client is answered 503, and what it answers later is
     * thrown away. A response that is returned, be its body still to come, is an answer; one that comes {@link Response#later} is none before
     * it is there. The handler itself is not interrupted. The setting {@code http.answer} beats this.
     *
     * @param limit counted in fifths of a second, rounded up; zero, the default: for ever
     */
    public Http answerWithin(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("a handler has some time to answer, or for ever (0), not " + limit);
        }
        return with(settings.withTimeouts(settings.timeouts().withAnswer(limit)));
    }

    /**
     * How fast a client has to send a body, on the average. It may be silent for as long as {@link #timeouts} says; waiting uses this time up,
     * what it sends earns it again. A client that is slower is answered 408. The setting {@code http.bodyRate} beats this.
     *
     * @param bytesPerSecond at least 0; 0, the default: any rate will do
     */
    public Http leastBodyRate(int bytesPerSecond) {
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException("a rate is at least 0 bytes a second, not " + bytesPerSecond);
        }
        return with(settings.withTimeouts(settings.timeouts().withBodyRate(bytesPerSecond)));
    }

    /**
     * How long a client of HTTP/1.1 that has ended its direction may get nothing: then it is taken for gone, {@link Request#onAbort}
     * tells, and the connection is cut. What was said for the whole cluster, {@code http.halfClosed}, beats this.
     *
     * @param limit counted in fifths of a second, rounded up; default 5 s
     */
    public Http halfClosed(Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("a client is waited for some time, not for " + limit);
        }
        return with(settings.withTimeouts(settings.timeouts().withHalfClosed(limit)));
    }

    /**
     * How large what a client of a WebSocket sends may be; beyond that it is closed with 1009. Of a compressed message, a frame
     * counts as it was sent and the message as it is when it is decompressed.
     *
     * @param frame bytes of payload in one frame, at least 125; default 1 MiB, as for a message, because most clients,
     *     browsers among them, send a message as one frame
     * @param message bytes of a whole message, at least those of a frame; default 1 MiB
     */
    public Http maxMessage(int frame, int message) {
        if (frame < 125 || message < frame) {
            throw new IllegalArgumentException(
                    "a frame has at least 125 bytes and a message at least those of a frame, not " + frame + " and "
                            + message);
        }
        return with(settings.withWebSocket(settings.webSocket().withMaxMessage(frame, message)));
    }

    /**
     * How often the client of a WebSocket is pinged. One of which nothing has been heard until the next ping is due, and that has
     * taken nothing of what waits for it, is cut.
     *
     * @param every counted in fifths of a second, rounded up; default 30 s
     */
    public Http pingEvery(Duration every) {
        if (every.isNegative() || every.isZero()) {
            throw new IllegalArgumentException("pings are sent every some time, not every " + every);
        }
        return with(settings.withWebSocket(settings.webSocket().withPing(every)));
    }

    /**
     * Whether HTTP/2 is spoken, too: over TLS with clients that choose it (ALPN), else with those that begin with its preface.
     *
     * @param spoken default: it is
     */
    public Http http2(boolean spoken) {
        return with(settings.withHttp2(settings.http2().withSpoken(spoken)));
    }

    /**
     * How many requests one connection of HTTP/2 may have in progress; a client that sends more has them refused. What was said
     * for the whole cluster, {@code http.streams}, beats this.
     *
     * @param streams at least 1; default 128
     */
    public Http maxConcurrentStreams(int streams) {
        if (streams < 1) {
            throw new IllegalArgumentException("a connection has at least 1 stream, not " + streams);
        }
        return with(settings.withHttp2(settings.http2().withMaxStreams(streams)));
    }

    /**
     * How many bytes of one body a client of HTTP/2 may send before they are read. What is not read holds up its own stream only;
     * the connection may come to hold that for each of its {@link #maxConcurrentStreams}. What was said for the whole
     * cluster, {@code http.window}, beats this.
     *
     * @param bytes 65,535 to 16 MiB; default 65,535. A client far away sends no faster than this for each round trip
     */
    public Http streamWindow(int bytes) {
        if (bytes < Http2Limits.LEAST_WINDOW || bytes > Http2Limits.MOST_WINDOW) {
            throw new IllegalArgumentException("the window of a stream has 65,535 bytes to 16 MiB, not " + bytes);
        }
        return with(settings.withHttp2(settings.http2().withWindow(bytes)));
    }

    /**
     * How many streams of one connection a client of HTTP/2 may reset in 30 s, and how many we may have to reset in that time for
     * its errors; one above it is told ENHANCE_YOUR_CALM and closed. Responses that handlers break off do not count. What was
     * said for the whole cluster, {@code http.resets}, beats this.
     *
     * @param streams at least 1; default 200
     */
    public Http maxResets(int streams) {
        if (streams < 1) {
            throw new IllegalArgumentException("a client may reset at least 1 stream, not " + streams);
        }
        return with(settings.withHttp2(settings.http2().withResets(streams)));
    }

    /**
     * Whether responses are compressed for clients that accept gzip: text, JSON, XML, scripts and their like, whole, streamed,
     * published, or a file. Not compressed is a response that has a {@code Content-Encoding} already, a part (206), what is
     * shorter than {@link #gzipMinLength}, what is {@code Cache-Control: no-transform}, and what HTTP/1.0 asks for. Those that may
     * be compressed say {@code Vary: Accept-Encoding}; those that are have a weak {@code ETag}. What a writer flushes and each
     * buffer that is published reach the client at once, as without. Each response in progress that is longer than 128 KiB, or of
     * unknown length, holds 256 KiB; above 256 of them on an event loop, others are not compressed.
     *
     * <p>It is off because a secret that stands in the same compressed response as something that an attacker has chosen can be
     * guessed from its length (BREACH), because it takes the event loop's time, and because what stands in front of a cluster
     * often does it already. Source: RFC 9110, sections 8.4 and 12.5.3.
     *
     * @param on default false
     */
    public Http gzip(boolean on) {
        return with(settings.withGzip(settings.gzip().withOn(on)));
    }

    /**
     * How long a body is at least to be compressed, if its length is known.
     *
     * @param bytes at least 0; default 1 KiB: a shorter one takes one packet in any case
     */
    public Http gzipMinLength(int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("a body has at least 0 bytes, not " + bytes);
        }
        return with(settings.withGzip(settings.gzip().withMinLength(bytes)));
    }

    /**
     * Whether messages of WebSockets are compressed, if the client offers it: ours from 1 KiB up to 512 KiB, each by itself,
     * so that a WebSocket at rest holds no memory for it. What a client sends is limited as it is before it was compressed.
     * Source: RFC 7692.
     *
     * @param on default true
     */
    public Http perMessageDeflate(boolean on) {
        return with(settings.withWebSocket(settings.webSocket().withDeflate(on)));
    }

    /** The same with this hook instead: called once as a worker starts, before its first connection; may block. */
    public Http onStart(Consumer<WorkerContext> hook) {
        return new Http(settings, hook, stopHook);
    }

    /** The same with this hook instead: called once as a worker stops, after its last connection. */
    public Http onStop(Runnable hook) {
        return new Http(settings, startHook, hook);
    }

    /** Called by a worker. */
    @Override
    public void start(WorkerContext context) {
        if (startHook != null) {
            startHook.accept(context);
        }
        service = new HttpService(settings, context);
    }

    /** Called by a worker. */
    @Override
    public void initChannel(Channel channel) {
        HttpService started = service;
        if (started == null) {
            throw new IllegalStateException("cannot serve " + channel + ": start was not called before");
        }
        started.serve(channel);
    }

    /** Called by a worker. */
    @Override
    public String kind() {
        return "http/1.1";
    }

    /** Called by a worker. */
    @Override
    public int version() {
        return HttpService.STATE_VERSION;
    }

    /** Called by a worker: a connection goes between two requests, with what has come of the next one. */
    @Override
    public Optional<byte[]> release(Channel channel) {
        return HttpService.release(channel);
    }

    /** Called by a worker. */
    @Override
    public void resume(Channel channel, byte[] state) {
        HttpService.resume(channel, state);
    }

    /** Called by a worker. */
    @Override
    public void stop(WorkerContext context) {
        if (stopHook != null) {
            stopHook.run();
        }
    }

    /** {@link Protocol#HTTP}. */
    @Override
    public Protocol protocol() {
        return Protocol.HTTP;
    }

    /** {@code h2}, unless {@link #http2} says no, and {@code http/1.1}. */
    @Override
    public List<String> applicationProtocols() {
        return settings.http2().spoken()
                ? List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1)
                : WorkerHandler.super.applicationProtocols();
    }

    private Http with(HttpSettings changed) {
        return new Http(changed, startHook, stopHook);
    }
}
