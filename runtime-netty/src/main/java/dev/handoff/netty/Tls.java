package dev.handoff.netty;

import dev.handoff.cluster.Protocol;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.Mapping;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS around any handler. Immutable: each setting gives a new one. Files are read as a worker starts, so that a rolling
 * restart renews certificates; a file that cannot be used fails that start.
 *
 * <pre>{@code
 * Tls tls = Tls.pem(Path.of("chain.pem"), Path.of("key.pem"));
 * ClusterServer.run(tls.wrap(Http.handler(request -> Response.text("over TLS\n"))), 4);
 * }</pre>
 *
 * <p>A client has 10 s for its handshake.
 *
 * <p>TLS is OpenSSL's where Netty has one for the machine (on Linux for x86_64 and aarch64 it comes along), else the JDK's. With
 * OpenSSL every worker of one master resumes the sessions that clients have begun with another one, with workers that
 * have been replaced as well: the master gives all the same secrets for session tickets, and makes a new one every {@link
 * dev.handoff.cluster.Setting#TLS_TICKET_ROTATION}. They are in memory only, so that another master resumes none. A session is
 * resumed only where certificate and authorities are those that it began with. The JDK's tickets are of use at one worker only.
 */
public final class Tls {
    /** As ALPN names them. */
    static final String HTTP_2 = "h2";

    static final String HTTP_1_1 = "http/1.1";

    private static final int HANDSHAKE_LIMIT_MILLIS = 10_000;
    private static final int MAX_CLIENT_HELLO = 16 * 1024;

    private final Source source;
    private final Map<String, Tls> hosts;
    private final @Nullable Path authorities;

    /** Where a context comes from, for the protocols inside and a host; an empty one: all others. */
    @FunctionalInterface
    private interface Source {
        TlsContext open(List<String> protocols, @Nullable Path authorities, String host) throws SSLException;
    }

    private Tls(Source source, Map<String, Tls> hosts, @Nullable Path authorities) {
        this.source = source;
        this.hosts = hosts;
        this.authorities = authorities;
    }

    /**
     * A certificate and its key.
     *
     * @param chain PEM, the server's certificate first
     * @param key PEM, PKCS#8, not encrypted
     */
    public static Tls pem(Path chain, Path key) {
        return new Tls(
                (protocols, authorities, host) -> TlsContext.pem(chain, key, protocols, authorities), Map.of(), null);
    }

    /**
     * Whatever Netty can be told. An OpenSSL context that asks for no client certificates takes the session tickets of other
     * workers; keys that it had for them are replaced. Any other context goes on with its own.
     *
     * @param context called once as a worker starts; it sees to ALPN and client certificates
     */
    public static Tls context(Supplier<SslContext> context) {
        return new Tls(
                (protocols, authorities, host) -> TlsContext.given(context.get(), context, host), Map.of(), null);
    }

    /**
     * Another certificate for clients that ask for this host (SNI).
     *
     * <p>What counts for a host counts for each request for it. {@link Http} answers 421 where the client's handshake was for
     * another host, or for none, with another certificate or other {@link #clientCertificates}: a client connects anew then. Any
     * other handler that serves hosts by a name of the client's asks {@link #permits} first. Source: RFC 9110, sections 7.4
     * and 15.5.20.
     *
     * @param name a host's name, or {@code *.example.org} for all below
     * @param other used for them; its own hosts are not
     */
    public Tls host(String name, Tls other) {
        Map<String, Tls> more = new LinkedHashMap<>(hosts);
        more.put(name, other);
        return new Tls(source, more, authorities);
    }

    /**
     * Only clients with a certificate from one of these authorities are let in. For a {@link #pem} certificate; each host's
     * own setting counts for it.
     *
     * @param authorities PEM, one certificate or several
     */
    public Tls clientCertificates(Path authorities) {
        return new Tls(source, hosts, authorities);
    }

    /**
     * Whether a request for this host may be served on this connection: the client's handshake had the rules of that host, its
     * certificate and its {@link #clientCertificates}. Called on the channel's event loop, when the handshake is over.
     *
     * @param authority a host, perhaps with a port, as in the Host field; empty: the request names none, and the rules count
     *     that hosts have which are not listed
     * @return true for a channel without TLS
     */
    public static boolean permits(Channel channel, String authority) {
        TlsSession session = TlsSession.of(channel);
        return session == null || session.permits(authority);
    }

    /** The same handler inside TLS. */
    public WorkerHandler wrap(WorkerHandler handler) {
        return new Wrapped(this, handler);
    }

    /** Whether a channel's pipeline begins with TLS. */
    static boolean protects(Channel channel) {
        return channel.pipeline().get(SslHandler.class) != null
                || channel.pipeline().get(AbstractSniHandler.class) != null;
    }

    /** Whether a failure is a handshake or a record that the other side got wrong. */
    static boolean isClientsFault(Throwable failure) {
        return failure instanceof DecoderException && failure.getCause() instanceof SSLException;
    }

    /** Whether a handshake that is over has agreed on HTTP/2. */
    static boolean hasChosenHttp2(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls != null && HTTP_2.equals(tls.applicationProtocol());
    }

    /** Whether TLS has ended, so that nothing that is sent reaches the client any more. */
    static boolean canSendNoMore(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls != null && tls.engine().isOutboundDone();
    }

    private TlsContext open(List<String> protocols, String host) {
        try {
            return source.open(protocols, authorities, host);
        } catch (SSLException e) {
            throw new IllegalArgumentException("cannot set up TLS: " + e.getMessage(), e);
        }
    }

    private static final class Wrapped implements WorkerHandler {
        private final Tls tls;
        private final WorkerHandler inside;
        private final List<TlsContext> opened = new ArrayList<>();
        private volatile @Nullable TlsHosts hosts;

        private Wrapped(Tls tls, WorkerHandler inside) {
            this.tls = tls;
            this.inside = inside;
        }

        @Override
        public void start(WorkerContext worker) throws Exception {
            TicketKeys keys = Context.ticketKeys(worker);
            TlsHosts started = new TlsHosts(open(tls, "", keys));
            tls.hosts.forEach((name, other) -> started.add(name, open(other, name, keys)));
            hosts = started;
            inside.start(worker);
        }

        @Override
        public void initChannel(Channel channel) throws Exception {
            TlsHosts started = hosts;
            if (started == null) {
                throw new IllegalStateException("cannot serve " + channel + ": start was not called before");
            }
            TlsSession session = TlsSession.begin(channel, started);
            ChannelHandler handler = handler(channel, session, started.isEmpty());
            if (inside.protocol().isHttp()) {
                channel.pipeline().addLast(new PlainHttpRefusal(handler));
            }
            channel.pipeline().addLast(handler);
            channel.pipeline().addLast(new HandshakeWatch(session));
            inside.initChannel(channel);
        }

        private static ChannelHandler handler(Channel channel, TlsSession session, boolean oneHost) {
            if (oneHost) {
                SslHandler handler = session.choose(null).netty().newHandler(channel.alloc());
                handler.setHandshakeTimeoutMillis(HANDSHAKE_LIMIT_MILLIS);
                return handler;
            }
            Mapping<String, SslContext> byName = name -> session.choose(name).netty();
            return new SniHandler(byName, MAX_CLIENT_HELLO, HANDSHAKE_LIMIT_MILLIS);
        }

        @Override
        public void leaving(WorkerContext worker) {
            inside.leaving(worker);
        }

        @Override
        public void stop(WorkerContext worker) throws Exception {
            try {
                inside.stop(worker);
            } finally {
                opened.forEach(each -> each.close(Context.ticketKeys(worker)));
                opened.clear();
            }
        }

        /** The keys of a connection are this worker's: it is told to come again. */
        @Override
        public boolean handsBackHttp() {
            return false;
        }

        @Override
        public Protocol protocol() {
            return inside.protocol().encrypted();
        }

        private List<String> applicationProtocols() {
            if (inside instanceof Http http) {
                return http.applicationProtocols();
            }
            return inside.protocol().isHttp() ? List.of(HTTP_1_1) : List.of();
        }

        private TlsContext open(Tls which, String host, TicketKeys keys) {
            TlsContext context = which.open(applicationProtocols(), host);
            opened.add(context);
            context.shareTickets(keys);
            return context;
        }
    }

    /** Notes what the client has shown, before any other handler hears that the handshake is over. */
    private static final class HandshakeWatch extends ChannelInboundHandlerAdapter {
        private final TlsSession session;

        HandshakeWatch(TlsSession session) {
            this.session = session;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == SslHandshakeCompletionEvent.SUCCESS) {
                session.complete(context.pipeline().get(SslHandler.class));
                context.pipeline().remove(this);
            }
            context.fireUserEventTriggered(event);
        }
    }
}
