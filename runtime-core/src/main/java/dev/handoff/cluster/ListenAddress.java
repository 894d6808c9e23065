package dev.handoff.cluster;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a listener really listens, or a socket of datagrams receives.
 *
 * @param family the kind of address
 * @param host the address in digits; for a Unix socket its path, {@code @name} for an abstract one
 * @param port 1 to 65535; -1 for a Unix socket
 */
public record ListenAddress(Family family, String host, int port) {
    /** Kinds of addresses. */
    public enum Family {
        /** Version 4 of the Internet's protocol. */
        IPV4,
        /** Version 6, which on {@code ::} takes IPv4 clients too. */
        IPV6,
        /** A file. */
        UNIX,
        /** Datagrams by version 4. */
        UDP4,
        /** Datagrams by version 6, which on {@code ::} takes those of IPv4 too. */
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
