package dev.handoff.wire;

import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.ListenAddress.Family;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.unix.Fd;
import dev.handoff.unix.SocketFd;
import dev.handoff.unix.UnixException;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A UDP socket, opened according to options.
 *
 * @param socket non-blocking; the holder of this record owns it
 * @param address where it really receives, with the port that the kernel chose
 */
public record BoundDatagrams(Fd socket, ListenAddress address) {
    /**
     * Opens a socket.
     *
     * @throws IOException naming the address and the reason
     */
    public static BoundDatagrams open(ListenOptions options) throws IOException {
        return of(
                options.descriptor().isPresent()
                        ? SocketFd.ofNumber(options.descriptor().getAsInt(), true)
                        : Interfaces.bind(options, address -> bind(address, options)));
    }

    private static Fd bind(InetSocketAddress address, ListenOptions options) throws UnixException {
        return SocketFd.bindDatagrams(address, options.ipv6Only(), options.isReusePort());
    }

    /**
     * Takes ownership of an open socket. A socket that is no UDP socket is closed.
     *
     * @throws IOException if it does not tell its address, or has no Internet address
     */
    public static BoundDatagrams of(Fd socket) throws IOException {
        try {
            InetSocketAddress local = SocketFd.localInternetAddress(socket);
            return new BoundDatagrams(socket, Interfaces.address(local, Family.UDP4, Family.UDP6));
        } catch (UnixException e) {
            socket.close();
            throw e;
        }
    }
}
