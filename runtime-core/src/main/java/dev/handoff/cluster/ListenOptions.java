package dev.handoff.cluster;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where to listen, and how. Immutable: each change gives a new one. */
public final class ListenOptions {
    private static final int DEFAULT_BACKLOG = 4096;
    private static final int HIGHEST_PORT = 65_535;
    private static final String UNIX = "unix:";
    private static final String DESCRIPTOR = "fd:";
    private static final int NO_DESCRIPTOR = -1;

    private final String host;
    private final int port;
    private final Optional<Path> path;

    // Written by change() alone, before the copy is given out.
    private String name = "";
    private int backlog = DEFAULT_BACKLOG;
    private boolean ipv6Only;
    private Set<PosixFilePermission> permissions = Set.of();
    private boolean exclusive;
    private boolean reusePort;
    private int maxConnections;
    private boolean dropMaxConnection;
    private int descriptor = NO_DESCRIPTOR;

    private ListenOptions(String host, int port, Optional<Path> path) {
        if (port < 0 || port > HIGHEST_PORT) {
            throw new IllegalArgumentException("port " + port + " is out of range: expected 0 to " + HIGHEST_PORT);
        }
        this.host = host;
        this.port = port;
        this.path = path;
    }

    private ListenOptions change(Consumer<ListenOptions> change) {
        ListenOptions copy = new ListenOptions(host, port, path);
        copy.name = name;
        copy.backlog = backlog;
        copy.ipv6Only = ipv6Only;
        copy.permissions = permissions;
        copy.exclusive = exclusive;
        copy.reusePort = reusePort;
        copy.maxConnections = maxConnections;
        copy.dropMaxConnection = dropMaxConnection;
        copy.descriptor = descriptor;
        change.accept(copy);
        return copy;
    }

    /**
     * A port on every address of this machine.
     *
     * @param port 0 to 65535; 0: any free port
     */
    public static ListenOptions port(int port) {
        return address("", port);
    }

    /**
     * A port on one address, given by number or by name.
     *
     * @param port 0 to 65535; 0: any free port
     */
    public static ListenOptions address(String host, int port) {
        return new ListenOptions(host, port, Optional.empty());
    }

    /** A Unix socket. */
    public static ListenOptions unix(Path path) {
        return new ListenOptions("", 0, Optional.of(path));
    }

    /**
     * A socket that the master was started with, as systemd or inetd does it, or that it has opened. The master listens on it, unless it is
     * listening already, and shares it like any other. The descriptor itself stays open and its owner's, and becomes non-blocking. With {@link
     * #exclusive()} it is a descriptor of the worker.
     *
     * @param number of the descriptor, 0 or above
     */
    public static ListenOptions descriptor(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("descriptor " + number + " is out of range: expected 0 or more");
        }
        return port(0).change(copy -> copy.descriptor = number);
    }

    /**
     * Reads {@code 8080}, {@code :8080}, {@code 127.0.0.1:80}, {@code [::1]:80}, {@code localhost:80},
     * {@code unix:/run/x} or {@code fd:3}.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static ListenOptions parse(String text) {
        String trimmed = text.trim();
        if (trimmed.startsWith(UNIX) && trimmed.length() > UNIX.length()) {
            return unix(SettingPath.of(trimmed.substring(UNIX.length())));
        }
        if (trimmed.matches(DESCRIPTOR + "[0-9]{1,9}")) {
            return descriptor(Integer.parseInt(trimmed.substring(DESCRIPTOR.length())));
        }
        int colon = trimmed.lastIndexOf(':');
        String host = colon < 0 ? "" : trimmed.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String port = trimmed.substring(colon + 1);
        if (bracketed ? host.length() == 2 : host.indexOf(':') >= 0 || host.indexOf('[') >= 0) {
            throw malformed(text);
        }
        if (!port.matches("[0-9]{1,9}")) {
            throw malformed(text);
        }
        return address(bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "cannot listen on '" + text
                        + "': expected PORT, HOST:PORT, [IPV6]:PORT, unix:PATH or fd:NUMBER, such as 8080, 127.0.0.1:80, [::1]:80");
    }

    /** The same with a name, by which a handler can be matched. */
    public ListenOptions name(String newName) {
        return change(copy -> copy.name = newName);
    }

    /**
     * The same with another limit of the backlog.
     *
     * @param connections at least 1; default 4096; the kernel's own limit is somaxconn
     */
    public ListenOptions backlog(int connections) {
        if (connections < 1) {
            throw new IllegalArgumentException("a backlog of " + connections + " holds nothing: expected at least 1");
        }
        return change(copy -> copy.backlog = connections);
    }

    /** The same for IPv6 clients only. */
    public ListenOptions onlyIpv6() {
        return change(copy -> copy.ipv6Only = true);
    }

    /** The same with permissions for the file of a Unix socket. Default: by the process's umask. */
    public ListenOptions permissions(Set<PosixFilePermission> modes) {
        Set<PosixFilePermission> kept = Set.copyOf(modes);
        return change(copy -> copy.permissions = kept);
    }

    /** The same for one worker alone: it binds by itself, without the master. */
    public ListenOptions exclusive() {
        return change(copy -> copy.exclusive = true);
    }

    /** As {@link #exclusive()}, on a port that others may bind too that set the same option: SO_REUSEPORT. The kernel chooses among them. */
    public ListenOptions reusePort() {
        return change(copy -> copy.reusePort = true);
    }

    /**
     * The same with a limit of open connections in the worker that listens. Beyond it connections go to other workers, and wait if there is
     * none.
     *
     * @param perWorker 0: no limit
     */
    public ListenOptions maxConnections(int perWorker) {
        if (perWorker < 0) {
            throw new IllegalArgumentException("a limit of " + perWorker + " connections: expected 0 or more");
        }
        return change(copy -> copy.maxConnections = perWorker);
    }

    /** The same, but connections beyond {@link #maxConnections} are closed. */
    public ListenOptions dropMaxConnection() {
        return change(copy -> copy.dropMaxConnection = true);
    }

    /** The name by which a handler can be matched; may be empty. */
    public String name() {
        return name;
    }

    /** A name or address of this machine; empty: every address, IPv6 and IPv4. */
    public String host() {
        return host;
    }

    /** 0 to 65535; 0: any free port. */
    public int port() {
        return port;
    }

    /** The file of a Unix socket; then host and port have no meaning. */
    public Optional<Path> path() {
        return path;
    }

    /** The number of a descriptor that is open already; then host, port and path have no meaning. */
    public OptionalInt descriptor() {
        return descriptor == NO_DESCRIPTOR ? OptionalInt.empty() : OptionalInt.of(descriptor);
    }

    /** Connections that wait in the kernel, at most. */
    public int backlog() {
        return backlog;
    }

    /** Whether IPv4 clients are refused on an IPv6 address. */
    public boolean ipv6Only() {
        return ipv6Only;
    }

    /** Permissions for the file of a Unix socket; empty: by the process's umask. */
    public Set<PosixFilePermission> permissions() {
        return permissions;
    }

    /** Whether the worker binds by itself. */
    public boolean isExclusive() {
        return exclusive || reusePort;
    }

    /** Whether others may bind the same port. */
    public boolean isReusePort() {
        return reusePort;
    }

    /** Open connections in a worker, at most; 0: no limit. */
    public int maxConnections() {
        return maxConnections;
    }

    /** Whether connections beyond the limit are closed. */
    public boolean isDropMaxConnection() {
        return dropMaxConnection;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ListenOptions options
                && host.equals(options.host)
                && port == options.port
                && path.equals(options.path)
                && name.equals(options.name)
                && backlog == options.backlog
                && ipv6Only == options.ipv6Only
                && permissions.equals(options.permissions)
                && exclusive == options.exclusive
                && reusePort == options.reusePort
                && maxConnections == options.maxConnections
                && dropMaxConnection == options.dropMaxConnection
                && descriptor == options.descriptor;
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, host, port, path, descriptor);
    }

    /** The address as {@link #parse} reads it. */
    @Override
    public String toString() {
        if (descriptor != NO_DESCRIPTOR) {
            return DESCRIPTOR + descriptor;
        }
        return path.map(file -> UNIX + file)
                .orElseGet(() -> (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port);
    }
}
