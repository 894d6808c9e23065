package dev.handoff.netty.worker;

import dev.handoff.netty.Tls;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What the handshake of one connection has settled: which context served it, and what the client has shown. Written on the
 * connection's event loop; what it tells of the client any thread may read once the handshake is over.
 */
public final class TlsSession {
    private static final AttributeKey<TlsSession> KEY = AttributeKey.valueOf(TlsSession.class, "session");

    private final TlsHosts hosts;
    private TlsContext context;
    private Optional<String> serverName = Optional.empty();
    private List<X509Certificate> clientCertificates = List.of();
    private @Nullable String lastPermitted;

    private TlsSession(TlsHosts hosts) {
        this.hosts = hosts;
        this.context = hosts.of(null);
    }

    /** Begins on a channel whose handshake is to come. */
    static TlsSession begin(Channel channel, TlsHosts hosts) {
        TlsSession session = new TlsSession(hosts);
        channel.attr(KEY).set(session);
        return session;
    }

    /** That of a channel; null if its pipeline does not begin with a {@link Tls}. */
    public static @Nullable TlsSession of(Channel channel) {
        return channel.attr(KEY).get();
    }

    /** The context for a client that has asked for this host. */
    TlsContext choose(@Nullable String name) {
        context = hosts.of(name);
        return context;
    }

    /** The handshake is over. */
    void complete(SslHandler handler) {
        SSLEngine engine = handler.engine();
        SSLSession session = engine.getSession();
        serverName = serverName(session);
        if (engine.getNeedClientAuth() || engine.getWantClientAuth()) {
            clientCertificates = clientCertificates(session);
        }
    }

    /** The host that the client has asked for. */
    public Optional<String> serverName() {
        return serverName;
    }

    /** The client's certificate and what it has sent with it; empty if it has shown none. */
    public List<X509Certificate> clientCertificates() {
        return clientCertificates;
    }

    /** Whether all hosts have the same rules, so that a request for any may come on this connection. */
    public boolean servesAllHosts() {
        return hosts.isEmpty();
    }

    /**
     * Whether a request for this host may come on this connection: a handshake for it would have used the same certificate and
     * asked the client for the same. Called on the event loop.
     *
     * @param host without a port; empty: the request names none
     */
    public boolean permits(String host) {
        if (host.equals(lastPermitted)) {
            return true;
        }
        boolean same = hosts.of(host).hasRulesOf(context);
        if (same) {
            lastPermitted = host;
        }
        return same;
    }

    private static Optional<String> serverName(SSLSession session) {
        return session instanceof ExtendedSSLSession extended
                ? extended.getRequestedServerNames().stream()
                        .filter(SNIHostName.class::isInstance)
                        .map(name -> ((SNIHostName) name).getAsciiName())
                        .findFirst()
                : Optional.empty();
    }

    private static List<X509Certificate> clientCertificates(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return Arrays.stream(chain).map(X509Certificate.class::cast).toList();
        } catch (SSLPeerUnverifiedException hasShownNone) {
            return List.of();
        }
    }
}
