package dev.handoff.wire;

import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.ListenAddress.Family;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.unix.ListeningSocket;
import dev.handoff.unix.SocketAddressBytes;
import dev.handoff.unix.UnixException;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.constants.platform.Errno;

/**
 * A listening socket, opened as options say it.
 *
 * @param socket whoever holds this owns it
 * @param address where it really listens
 */
public record BoundSocket(ListeningSocket socket, ListenAddress address) {
    private static final String EVERYWHERE = "::";
    private static final String EVERYWHERE_IPV4 = "0.0.0.0";

    /**
     * Opens one.
     *
     * @throws IOException naming the address and the reason
     */
    public static BoundSocket open(ListenOptions options) throws IOException {
        return options.path().isPresent()
                ? openPath(options, options.path().get().toAbsolutePath())
                : openPort(options);
    }

    private static BoundSocket openPath(ListenOptions options, Path path) throws IOException {
        ListeningSocket socket = ListeningSocket.bind(within(path), options.backlog());
        try {
            if (!options.permissions().isEmpty()) {
                Files.setPosixFilePermissions(path, options.permissions());
            }
            return new BoundSocket(socket, new ListenAddress(Family.UNIX, path.toString(), -1));
        } catch (IOException e) {
            socket.close();
            Files.deleteIfExists(path);
            throw e;
        }
    }

    /** One too long for the kernel may be short enough as seen from this directory. */
    private static Path within(Path path) {
        boolean fits = path.toString().getBytes(StandardCharsets.UTF_8).length <= SocketAddressBytes.MAX_PATH;
        return fits ? path : Path.of("").toAbsolutePath().relativize(path);
    }

    private static BoundSocket openPort(ListenOptions options) throws IOException {
        ListeningSocket socket =
                options.host().isEmpty() ? openEverywhere(options) : bind(resolve(options.host()), options);
        try {
            InetSocketAddress local = (InetSocketAddress) socket.localAddress();
            Family family = local.getAddress() instanceof Inet6Address ? Family.IPV6 : Family.IPV4;
            return new BoundSocket(
                    socket, new ListenAddress(family, local.getAddress().getHostAddress(), local.getPort()));
        } catch (UnixException e) {
            socket.close();
            throw e;
        }
    }

    /** As Node does: every address of both families, and only IPv4 on a machine without IPv6. */
    private static ListeningSocket openEverywhere(ListenOptions options) throws IOException {
        try {
            return bind(InetAddress.getByName(EVERYWHERE), options);
        } catch (UnixException e) {
            if (e.is(Errno.EAFNOSUPPORT) || e.is(Errno.EADDRNOTAVAIL)) {
                return bind(InetAddress.getByName(EVERYWHERE_IPV4), options);
            }
            throw e;
        }
    }

    private static ListeningSocket bind(InetAddress address, ListenOptions options) throws UnixException {
        return ListeningSocket.bind(
                new InetSocketAddress(address, options.port()),
                options.backlog(),
                options.ipv6Only(),
                options.isReusePort());
    }

    private static InetAddress resolve(String host) throws IOException {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new IOException("cannot listen on " + host + ": no such host is known here", e);
        }
    }
}
