package dev.handoff.cluster;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The address on which a listener really listens, or a UDP socket receives.
 *
 * @param family the kind of address
 * @param host the address in digits; for a Unix socket its path, {@code @name} for an abstract one
 * @param port 1 to 65535; -1 for a Unix socket
 */
public record ListenAddress(Family family, String host, int port) {
    /** Kinds of addresses. */
    public enum Family {
        /** IPv4. */
        IPV4,
        /** IPv6; on {@code ::} IPv4 clients can connect too. */
        IPV6,
        /** A Unix socket. */
        UNIX,
        /** UDP over IPv4. */
        UDP4,
        /** UDP over IPv6; {@code ::} receives IPv4 datagrams too. */
        UDP6
    }

    /** The file of a Unix socket. */
    public Optional<Path> path() {
        return family == Family.UNIX ? Optional.of(Path.of(host)) : Optional.empty();
    }

    @Override
    public String toString() {
        return switch (family) {
            case IPV4 -> host + ":" + port;
            case IPV6 -> "[" + host + "]:" + port;
            case UNIX -> "unix:" + host;
            case UDP4 -> "udp:" + host + ":" + port;
            case UDP6 -> "udp:[" + host + "]:" + port;
        };
    }
}
