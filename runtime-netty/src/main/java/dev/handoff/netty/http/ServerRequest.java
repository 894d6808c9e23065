package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.handoff.netty.Body;
import dev.handoff.netty.Headers;
import dev.handoff.netty.HttpVersion;
import dev.handoff.netty.Request;
import dev.handoff.netty.WorkerContext;
import dev.handoff.netty.worker.ProgramCode;
import dev.handoff.netty.worker.TlsSession;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request as its handler sees it. Immutable but for its body. */
public final class ServerRequest implements Request {
    private final RequestHead head;
    private final Body body;
    private final Origin origin;
    private final long served;

    /* Guarded by this. */
    private @Nullable List<Runnable> onAbort;
    private boolean aborted;

    /**
     * What the requests of one connection have in common.
     *
     * @param tls what the handshake has settled; null without TLS
     * @param accepted when the connection was
     * @param context null in tests of handlers
     */
    record Origin(
            SocketAddress remote,
            boolean secure,
            @Nullable TlsSession tls,
            Instant accepted,
            @Nullable WorkerContext context) {
        /**
         * Lets a request in.
         *
         * @throws HttpFailure 421 if the handshake was for a host with other rules
         */
        void admit(RequestHead head) {
            if (tls != null && !tls.servesAllHosts() && !tls.permits(Authority.host(head.authority()))) {
                throw new HttpFailure(
                        421, "this connection was made for another host: connect anew for " + head.authority());
            }
        }
    }

    ServerRequest(RequestHead head, Body body, Origin origin, long served) {
        this.head = head;
        this.body = body;
        this.origin = origin;
        this.served = served;
    }

    /**
     * A request that no connection has brought.
     *
     * @throws IllegalArgumentException if a client could not have sent it
     */
    public static Request forTest(String method, String target, byte[] body, String... namesAndValues) {
        Headers headers = Headers.of(namesAndValues);
        StringBuilder text = new StringBuilder(method + " " + target + " HTTP/1.1\r\n" + headers);
        if (!headers.contains("Host")) {
            text.append("Host: " + RequestTarget.hostFor(target) + "\r\n");
        }
        byte[] bytes = text.append("\r\n").toString().getBytes(ISO_8859_1);
        try {
            RequestHead head = new HeadParser(bytes).parse();
            return new ServerRequest(
                    head,
                    new WholeBody(body),
                    new Origin(InetSocketAddress.createUnresolved("localhost", 0), false, null, Instant.now(), null),
                    0);
        } catch (HttpFailure e) {
            throw new IllegalArgumentException("no client could send this request: " + e.getMessage(), e);
        }
    }

    @Override
    public String method() {
        return head.method();
    }

    @Override
    public String target() {
        return head.target().text();
    }

    @Override
    public String path() {
        return head.target().path();
    }

    @Override
    public Optional<String> query(String name) {
        return head.target().query(name);
    }

    @Override
    public HttpVersion version() {
        return head.version();
    }

    @Override
    public Headers headers() {
        return head.headers();
    }

    @Override
    public Body body() {
        return body;
    }

    @Override
    public SocketAddress remote() {
        return origin.remote();
    }

    @Override
    public boolean secure() {
        return origin.secure();
    }

    @Override
    public Optional<String> serverName() {
        TlsSession tls = origin.tls();
        return tls == null ? Optional.empty() : tls.serverName();
    }

    @Override
    public List<X509Certificate> clientCertificates() {
        TlsSession tls = origin.tls();
        return tls == null ? List.of() : tls.clientCertificates();
    }

    @Override
    public WorkerContext context() {
        if (origin.context() == null) {
            throw new IllegalStateException("a request that was made for a test is served by no worker");
        }
        return origin.context();
    }

    @Override
    public Instant accepted() {
        return origin.accepted();
    }

    @Override
    public long served() {
        return served;
    }

    @Override
    public void onAbort(Runnable listener) {
        if (!addUnlessAborted(listener)) {
            tell(listener);
        }
    }

    private synchronized boolean addUnlessAborted(Runnable listener) {
        if (!aborted) {
            onAbort = onAbort == null ? new ArrayList<>() : onAbort;
            onAbort.add(listener);
        }
        return !aborted;
    }

    @Override
    public synchronized boolean isAborted() {
        return aborted;
    }

    /** The client has gone. On the event loop. */
    void abort() {
        takeListeners().forEach(this::tell);
    }

    private synchronized List<Runnable> takeListeners() {
        aborted = true;
        List<Runnable> told = onAbort == null ? List.of() : onAbort;
        onAbort = null;
        return told;
    }

    private void tell(Runnable listener) {
        ProgramCode.run(this, "a listener for the end of its client failed", listener::run);
    }

    @Override
    public String toString() {
        return method() + " " + target();
    }
}
