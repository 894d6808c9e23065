package dev.handoff.wire;

import dev.handoff.cluster.ListenOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where a worker wants to listen or to receive datagrams, as it is sent to the master. Workers that ask for the same {@link Key} share
 * one socket.
 *
 * @param key what makes two places the same
 * @param backlog as in {@link ListenOptions}
 * @param permissions such as {@code rw-rw----}; empty: by the umask
 */
public record Place(Key key, int backlog, String permissions) {
    /** What is received there. */
    public enum Kind {
        /** Connections. */
        STREAMS,
        /** UDP datagrams. */
        DATAGRAMS
    }

    /**
     * What makes two places the same.
     *
     * @param kind a TCP port has nothing to do with the UDP port of the same number
     * @param host an address in digits; empty: all of them
     * @param port 0: any free one
     * @param ipv6Only as in {@link ListenOptions}
     * @param turn counts the requests of one worker for any free port of that host, from 0
     * @param path absolute; empty: no Unix socket
     * @param descriptor the number of a descriptor that is open in the master; -1: none
     */
    public record Key(Kind kind, String host, int port, boolean ipv6Only, int turn, String path, int descriptor) {
        /** No descriptor. */
        private static final int NO_DESCRIPTOR = -1;

        /** The same for another turn. */
        public Key withTurn(int next) {
            return new Key(kind, host, port, ipv6Only, next, path, descriptor);
        }

        /** Whether it asks for any free port, so that each turn is an address of its own. */
        public boolean isAnyPort() {
            return port == 0 && path.isEmpty() && descriptor == NO_DESCRIPTOR;
        }

        /**
         * The same with the port that the kernel chose, by which a worker may ask that knows the port.
         *
         * @param chosen that port
         */
        public Key withPort(int chosen) {
            return new Key(kind, host, chosen, ipv6Only, 0, path, descriptor);
        }
    }

    /**
     * The place that options mean in this process.
     *
     * @param directory against which a relative path is resolved
     * @throws UnknownHostException if the host cannot be resolved
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

    /** The options that mean this place. */
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
