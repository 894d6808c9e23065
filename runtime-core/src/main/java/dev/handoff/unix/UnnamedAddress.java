package dev.handoff.unix;

import java.net.SocketAddress;

/** The address of a client on a Unix socket, which has no name. */
public final class UnnamedAddress extends SocketAddress {
    private static final long serialVersionUID = 1L;

    /** The only instance. */
    public static final UnnamedAddress UNNAMED = new UnnamedAddress();

    private UnnamedAddress() {}

    @Override
    public String toString() {
        return "unix:";
    }
}
