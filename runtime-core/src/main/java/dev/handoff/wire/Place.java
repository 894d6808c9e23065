package dev.handoff.wire;

import dev.handoff.cluster.ListenOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where a worker wants to listen, or to receive datagrams, as it travels. Who asks for the same {@link Key} shares what the first
 * one got.
 *
 * @param key what makes it the same
 * @param backlog as in {@link ListenOptions}
 * @param permissions as {@code rw-rw----}; empty: as the umask has it
 */
public record Place(Key key, int backlog, String permissions) {
    /** What comes there. */
    public enum Kind {
        /** Connections. */
        STREAMS,
        /** Datagrams of UDP. */
        DATAGRAMS
    }

    /**
     * What makes two wishes the same.
     *
     * @param kind a port of the one has nothing to do with a port of the other
     * @param host an address in digits; empty: all of them
     * @param port 0: any free one
     * @param ipv6Only as in {@link ListenOptions}
     * @param turn whose n-th it is for that host and port, from 0
     * @param path absolute; empty: no Unix socket
     * @param descriptor the number of an open one of the master's; -1: none
     */
    public record Key(Kind kind, String host, int port, boolean ipv6Only, int turn, String path, int descriptor) {
        /** None given. */
        private static final int NO_DESCRIPTOR = -1;

        /** The same for another turn. */
        public Key withTurn(int next) {
            return new Key(kind, host, port, ipv6Only, next, path, descriptor);
        }

        /** Whether each turn is an address of its own. */
        public boolean takesAnyPort() {
            return port == 0 && path.isEmpty() && descriptor == NO_DESCRIPTOR;
        }

        /**
         * By what it is asked for that knows the port.
         *
         * @param chosen the port that the kernel chose
         */
        public Key withPort(int chosen) {
            return new Key(kind, host, chosen, ipv6Only, 0, path, descriptor);
        }
    }

    /**
     * What options mean in a process.
     *
     * @param directory against which a relative path is meant
     * @throws UnknownHostException if nobody knows the host
     */
    public static Place of(Kind kind, ListenOptions options, Path directory) throws UnknownHostException {
        String host = options.host().isEmpty()
                ? ""
                : InetAddress.getByName(options.host()).getHostAddress();
        String path = options.path()
                .map(relative -> directory.resolve(relative).toString())
                .orElse("");
        String permissions =
                options.permissions().isEmpty() ? "" : PosixFilePermissions.toString(options.permissions());
        int descriptor = options.descriptor().orElse(Key.NO_DESCRIPTOR);
        Key key = new Key(kind, host, options.port(), options.ipv6Only(), 0, path, descriptor);
        return new Place(key, options.backlog(), permissions);
    }

    /** The same for another turn. */
    public Place withTurn(int turn) {
        return new Place(key.withTurn(turn), backlog, permissions);
    }

    /** The options back. */
    public ListenOptions options() {
        ListenOptions options = where().backlog(backlog);
        if (key.ipv6Only) {
            options = options.onlyIpv6();
        }
        return permissions.isEmpty() ? options : options.permissions(PosixFilePermissions.fromString(permissions));
    }

    private ListenOptions where() {
        if (key.descriptor != Key.NO_DESCRIPTOR) {
            return ListenOptions.descriptor(key.descriptor);
        }
        return key.path.isEmpty() ? ListenOptions.address(key.host, key.port) : ListenOptions.unix(Path.of(key.path));
    }
}
