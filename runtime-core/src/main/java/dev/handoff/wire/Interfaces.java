package dev.handoff.wire;

import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.ListenAddress.Family;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.unix.UnixException;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import jnr.constants.platform.Errno;

/** Turns the host and port of options into addresses of this machine, and a socket's address into a {@link ListenAddress}. */
final class Interfaces {
    private static final String EVERYWHERE = "::";
    private static final String EVERYWHERE_IPV4 = "0.0.0.0";

    /**
     * Opens a socket on an address.
     *
     * @param <T> the socket
     */
    @FunctionalInterface
    interface Binder<T> {
        /** Opens a socket on that address. */
        T bind(InetSocketAddress address) throws IOException;
    }

    private Interfaces() {}

    /** Opens a socket on the host and port of options. */
    static <T> T bind(ListenOptions options, Binder<T> binder) throws IOException {
        return options.host().isEmpty()
                ? bindEverywhere(options.port(), binder)
                : binder.bind(new InetSocketAddress(resolve(options.host()), options.port()));
    }

    /** As Node does: every address of both families, and only IPv4 on a machine without IPv6. */
    private static <T> T bindEverywhere(int port, Binder<T> binder) throws IOException {
        try {
            return binder.bind(new InetSocketAddress(InetAddress.getByName(EVERYWHERE), port));
        } catch (UnixException e) {
            if (e.is(Errno.EAFNOSUPPORT) || e.is(Errno.EADDRNOTAVAIL)) {
                return binder.bind(new InetSocketAddress(InetAddress.getByName(EVERYWHERE_IPV4), port));
            }
            throw e;
        }
    }

    private static InetAddress resolve(String host) throws IOException {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new IOException("cannot listen on " + host + ": no such host is known here", e);
        }
    }

    /** The address of a bound socket. */
    static ListenAddress address(InetSocketAddress local, Family four, Family six) {
        InetAddress address = local.getAddress();
        return new ListenAddress(
                address instanceof Inet6Address ? six : four, address.getHostAddress(), local.getPort());
    }
}
