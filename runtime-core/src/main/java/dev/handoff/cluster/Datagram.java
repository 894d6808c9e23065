package dev.handoff.cluster;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** A datagram that came. Immutable; two are equal only if they are the same one. Any thread may call. */
public final class Datagram {
    private final byte[] data;
    private final InetSocketAddress sender;

    /**
     * One.
     *
     * @param data copied
     */
    public Datagram(byte[] data, InetSocketAddress sender) {
        this.data = data.clone();
        this.sender = sender;
    }

    /** Its bytes, 0 to 65,527 of them: a copy at each call. */
    public byte[] data() {
        return data.clone();
    }

    /** Its bytes as text in UTF-8. */
    public String text() {
        return new String(data, StandardCharsets.UTF_8);
    }

    /** Where it came from, as it says: {@link UdpSocket#send} answers there. */
    public InetSocketAddress sender() {
        return sender;
    }

    @Override
    public String toString() {
        return data.length + " bytes from " + sender;
    }
}
