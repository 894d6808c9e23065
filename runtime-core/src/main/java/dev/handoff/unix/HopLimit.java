package dev.handoff.unix;

/** The least number of hops that a packet must have left for a socket to receive it: IP_MINTTL of ip(7), and the same for IPv6. */
final class HopLimit {
    /** No packet has that many left that passed a router, or was sent with the usual 64 or 128. */
    static final int MOST = 255;

    /** Every packet is received. */
    static final int NONE = 0;

    private HopLimit() {}

    /** Drops packets that have fewer hops left. An IPv6 socket gets packets of both versions. */
    static void set(Fd socket, int hops) throws UnixException {
        String what = "cannot limit the hops of packets to " + socket;
        if (SocketFd.isIpv6(socket)) {
            Native.setOption(socket.number(), Native.IPPROTO_IPV6, Native.IPV6_MINHOPCOUNT, hops, what);
        }
        Native.setOption(socket.number(), Native.IPPROTO_IP, Native.IP_MINTTL, hops, what);
    }
}
