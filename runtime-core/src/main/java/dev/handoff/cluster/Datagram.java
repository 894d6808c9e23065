package dev.handoff.cluster;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** A received datagram. Immutable; equal only to itself. Any thread may call. */
public final class Datagram {
    private final byte[] data;
    private final InetSocketAddress sender;

    /**
     * A datagram.
     *
     * @param data copied
     */
    public Datagram(byte[] data, InetSocketAddress sender) {
        this.data = data.clone();
        this.sender = sender;
    }

    /** Its bytes, 0 to 65,527: a copy at each call. */
    public byte[] data() {
        return data.clone();
    }

    /** Its bytes as text in UTF-8. */
    public String text() {
        return new String(data, StandardCharsets.UTF_8);
    }

    /** Its sender's address, to which {@link UdpSocket#send} can answer. A sender can forge it. */
    public InetSocketAddress sender() {
        return sender;
    }

    @Override
    public String toString() {
        return data.length + " bytes from " + sender;
    }
}
