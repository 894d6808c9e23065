package dev.handoff.acceptor;

import dev.handoff.unix.DescriptorMessage;
import dev.handoff.unix.SocketAddressBytes;

/** Addresses of clients that never were. */
final class TestAddresses {
    private TestAddresses() {}

    static SocketAddressBytes any() {
        return new DescriptorMessage(1, SocketAddressBytes.SIZE).getAddress(0);
    }
}
