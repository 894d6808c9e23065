package dev.handoff.wire;

import dev.handoff.cluster.ListenOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where a worker wants to listen, as it travels. Who asks for the same {@link Key} shares what the first one got.
 *
 * @param key what makes it the same
 * @param backlog as in {@link ListenOptions}
 * @param ipv6Only as in {@link ListenOptions}
 * @param permissions as {@code rw-rw----}; empty: as the umask has it
 */
public record Place(Key key, int backlog, boolean ipv6Only, String permissions) {
    /**
     * What makes two wishes the same.
     *
     * @param host an address in digits; empty: all of them
     * @param port 0: any free one
     * @param turn whose n-th it is for that host and port, from 0
     * @param path absolute; empty: no Unix socket
     */
    public record Key(String host, int port, int turn, String path) {
        /** The same for another turn. */
        public Key withTurn(int next) {
            return new Key(host, port, next, path);
        }

        /** Whether each turn is an address of its own. */
        public boolean takesAnyPort() {
            return port == 0 && path.isEmpty();
        }
    }

    /**
     * What options mean in a process.
     *
     * @param directory against which a relative path is meant
     * @throws UnknownHostException if nobody knows the host
     */
    public static Place of(ListenOptions options, Path directory) throws UnknownHostException {
        String host = options.host().isEmpty()
                ? ""
                : InetAddress.getByName(options.host()).getHostAddress();
        String path = options.path()
                .map(relative -> directory.resolve(relative).toString())
                .orElse("");
        String permissions =
                options.permissions().isEmpty() ? "" : PosixFilePermissions.toString(options.permissions());
        Key key = new Key(host, options.port(), 0, path);
        return new Place(key, options.backlog(), options.ipv6Only(), permissions);
    }

    /** The same for another turn. */
    public Place withTurn(int turn) {
        return new Place(key.withTurn(turn), backlog, ipv6Only, permissions);
    }

    /** The options back. */
    public ListenOptions options() {
        ListenOptions options = where().backlog(backlog);
        if (ipv6Only) {
            options = options.onlyIpv6();
        }
        return permissions.isEmpty() ? options : options.permissions(PosixFilePermissions.fromString(permissions));
    }

    private ListenOptions where() {
        return key.path.isEmpty() ? ListenOptions.address(key.host, key.port) : ListenOptions.unix(Path.of(key.path));
    }
}
