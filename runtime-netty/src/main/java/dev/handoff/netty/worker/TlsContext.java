package dev.handoff.netty.worker;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Netty's context for one certificate, and for what its session tickets are good. A session says which server it was made with and
 * which client certificate was seen: who resumes it skips both questions. So tickets are shared only among contexts that
 * ask the same questions.
 */
public final class TlsContext {
    private final SslContext netty;
    private final Object rules;
    private final Optional<byte[]> purpose;
    private final boolean ours;

    private TlsContext(SslContext netty, Object rules, Optional<byte[]> purpose, boolean ours) {
        this.netty = netty;
        this.rules = rules;
        this.purpose = purpose;
        this.ours = ours;
    }

    /**
     * A certificate and its key, from files that are read now.
     *
     * @param protocols what is offered by ALPN, the best first
     * @param authorities who signs the certificates that clients need; null: they need none
     */
    public static TlsContext pem(Path chain, Path key, List<String> protocols, @Nullable Path authorities)
            throws SSLException {
        String what =
                "certificate " + chain + " with key " + key + ": both are PEM files, the key PKCS#8 without a password";
        byte[] certificate = read(chain, what);
        byte[] trusted = {};
        SslContextBuilder builder = builder(certificate, read(key, what), what);
        if (!protocols.isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    protocols));
        }
        if (authorities != null) {
            trusted = trust(builder, authorities);
        }
        byte[] purpose = digest(digest(certificate), digest(trusted));
        return new TlsContext(builder.build(), ByteBuffer.wrap(purpose), Optional.of(purpose), true);
    }

    private static SslContextBuilder builder(byte[] certificate, byte[] key, String what) {
        try {
            return SslContextBuilder.forServer(new ByteArrayInputStream(certificate), new ByteArrayInputStream(key));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("cannot use " + what, e);
        }
    }

    private static byte[] trust(SslContextBuilder builder, Path authorities) {
        String what = "authorities " + authorities + ": it is a PEM file of certificates";
        byte[] trusted = read(authorities, what);
        try {
            builder.trustManager(new ByteArrayInputStream(trusted)).clientAuth(ClientAuth.REQUIRE);
            return trusted;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("cannot use " + what, e);
        }
    }

    private static byte[] read(Path file, String what) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot use " + what, e);
        }
    }

    /**
     * One that the program has made. Its tickets are not shared if it asks for client certificates: whether two such contexts
     * trust the same clients cannot be seen.
     *
     * @param rules equal for contexts that were made in the same way
     * @param host whose it is; empty: of all that have none of their own
     */
    public static TlsContext given(SslContext netty, Object rules, String host) {
        byte[] purpose = digest(host.getBytes(StandardCharsets.UTF_8));
        return new TlsContext(
                netty, rules, asksForCertificates(netty) ? Optional.empty() : Optional.of(purpose), false);
    }

    private static boolean asksForCertificates(SslContext context) {
        SSLEngine engine = context.newEngine(UnpooledByteBufAllocator.DEFAULT);
        try {
            return engine.getNeedClientAuth() || engine.getWantClientAuth();
        } finally {
            ReferenceCountUtil.release(engine);
        }
    }

    private static byte[] digest(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    SslContext netty() {
        return netty;
    }

    /** Whether a handshake with the other would show the same certificate and ask the client for the same. */
    boolean hasRulesOf(TlsContext other) {
        return rules.equals(other.rules);
    }

    /** Takes tickets that other workers have made, and makes such as they take. */
    void shareTickets(TicketKeys keys) {
        if (!(netty.sessionContext() instanceof OpenSslSessionContext sessions)) {
            keys.tellImpossible("TLS is the JDK's, which keeps the keys of its tickets to itself"
                    + (OpenSsl.isAvailable() ? "" : "; there is no OpenSSL, " + OpenSsl.unavailabilityCause()));
        } else if (purpose.isPresent()) {
            keys.share(sessions, purpose.get());
        }
    }

    /** No more connections come: one of the program's own is left to the program. */
    void close(TicketKeys keys) {
        if (netty.sessionContext() instanceof OpenSslSessionContext sessions) {
            keys.forget(sessions);
        }
        if (ours) {
            ReferenceCountUtil.release(netty);
        }
    }
}
