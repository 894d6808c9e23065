package dev.handoff.netty;

import dev.handoff.netty.http.Authority;
import dev.handoff.netty.worker.TlsContext;
import dev.handoff.netty.worker.TlsHandler;
import dev.handoff.netty.worker.TlsSession;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
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
        return session == null || session.permits(Authority.host(authority));
    }

    /** The same handler inside TLS. */
    public WorkerHandler wrap(WorkerHandler handler) {
        Map<String, TlsHandler.Source> ofHosts = new LinkedHashMap<>();
        hosts.forEach((name, other) -> ofHosts.put(name, other::open));
        return new TlsHandler(this::open, ofHosts, handler);
    }

    private TlsContext open(List<String> protocols, String host) {
        try {
            return source.open(protocols, authorities, host);
        } catch (SSLException e) {
            throw new IllegalArgumentException("cannot set up TLS: " + e.getMessage(), e);
        }
    }
}
