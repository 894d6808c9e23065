package dev.handoff.cluster;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/**
 * Where to listen. Immutable: each change gives a new one.
 *
 * @param name what a handler may be matched by; may be empty
 * @param host a name or an address of this machine; empty: every address, IPv6 and IPv4
 * @param port 0 to 65535; 0: any free one
 * @param path the file of a Unix socket; then host and port say nothing
 * @param backlog the most connections that wait in the kernel; the kernel's own limit is somaxconn
 * @param ipv6Only refuse IPv4 clients on an IPv6 address
 * @param permissions of the file of a Unix socket; empty: as the process's umask has it
 */
public record ListenOptions(
        String name,
        String host,
        int port,
        Optional<Path> path,
        int backlog,
        boolean ipv6Only,
        Set<PosixFilePermission> permissions) {
    private static final int DEFAULT_BACKLOG = 4096;
    private static final String UNIX = "unix:";

    /** Checks the ranges. */
    public ListenOptions {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is out of range: expected 0 to 65535");
        }
        if (backlog < 1) {
            throw new IllegalArgumentException("a backlog of " + backlog + " holds nothing: expected at least 1");
        }
        permissions = Set.copyOf(permissions);
    }

    private static ListenOptions of(String host, int port, Optional<Path> path) {
        return new ListenOptions("", host, port, path, DEFAULT_BACKLOG, false, Set.of());
    }

    /** A port on every address of this machine. */
    public static ListenOptions port(int port) {
        return of("", port, Optional.empty());
    }

    /** A port on one address, by its number or by name. */
    public static ListenOptions address(String host, int port) {
        return of(host, port, Optional.empty());
    }

    /** A Unix socket. */
    public static ListenOptions unix(Path path) {
        return of("", 0, Optional.of(path));
    }

    /**
     * Reads {@code 8080}, {@code :8080}, {@code 127.0.0.1:80}, {@code [::1]:80}, {@code localhost:80} or
     * {@code unix:/run/x}.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static ListenOptions parse(String text) {
        String trimmed = text.trim();
        if (trimmed.startsWith(UNIX) && trimmed.length() > UNIX.length()) {
            return unix(Path.of(trimmed.substring(UNIX.length())));
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
        return new IllegalArgumentException("cannot listen on '" + text
                + "': expected PORT, HOST:PORT, [IPV6]:PORT or unix:PATH, such as 8080, 127.0.0.1:80, [::1]:80");
    }

    /** The same under a name. */
    public ListenOptions name(String newName) {
        return new ListenOptions(newName, host, port, path, backlog, ipv6Only, permissions);
    }

    /** The same with another limit of the kernel's queue. */
    public ListenOptions backlog(int connections) {
        return new ListenOptions(name, host, port, path, connections, ipv6Only, permissions);
    }

    /** The same for IPv6 clients only. */
    public ListenOptions onlyIpv6() {
        return new ListenOptions(name, host, port, path, backlog, true, permissions);
    }

    /** The same with rights for the file of a Unix socket. */
    public ListenOptions permissions(Set<PosixFilePermission> modes) {
        return new ListenOptions(name, host, port, path, backlog, ipv6Only, modes);
    }
}
