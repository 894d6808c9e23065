package dev.handoff.unix;

/** How many hops a packet may have left at least, for a socket to take it: IP_MINTTL of ip(7), and the same for IPv6. */
final class HopLimit {
    /** What no packet has left that passed a router, or was sent with the usual 64 or 128. */
    static final int MOST = 255;

    /** Every packet will do. */
    static final int NONE = 0;

    private HopLimit() {}

    /** Takes no packet that has fewer hops left. A socket of IPv6 gets packets of both versions. */
    static void set(Fd socket, int hops) throws UnixException {
        String what = "cannot limit the hops of packets to " + socket;
        if (SocketFd.isIpv6(socket)) {
            Native.setOption(socket.number(), Native.IPPROTO_IPV6, Native.IPV6_MINHOPCOUNT, hops, what);
        }
        Native.setOption(socket.number(), Native.IPPROTO_IP, Native.IP_MINTTL, hops, what);
    }
}
