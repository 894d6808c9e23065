package dev.handoff.wire;

import dev.handoff.unix.Fd;
import dev.handoff.wire.Envelope.Format;
import dev.handoff.wire.Envelope.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The packets that carry messages over a SEQPACKET socket, which keeps each packet whole and a descriptor with its packet.
 * Several whole messages may share a packet. A message that does not fit begins a new packet, and continues in as many {@code
 * MORE} packets as its body needs.
 *
 * <pre>
 *    0        1        2        3        4            8                 16            24
 *   ┌────────┬────────┬────────┬────────┬────────────┬─────────────────┬─────────────┬──────────────
 *   │ kind   │ format │ fds    │ 0      │ length u32 │ correlation u64 │ address i64 │ body …
 *   ├────────┼────────┴────────┴────────┴────────────┼─────────────────┴─────────────┴──────────────
 *   │ 255    │ 0                                     │ more of the body …
 *   └────────┴───────────────────────────────────────┴──────────────────────────────────────────────
 *
 *   kind         1 MESSAGE, 2 REQUEST, 3 ANSWER, 4 ROUTED, 5 FAILED; 255 MORE
 *   format       1 RAW, 2 JSON
 *   fds          0 or 1: descriptors with this message; only the first message of a packet may have one
 *   length       of the whole body, 0…{@value #MAX_BODY}
 *   correlation  0 in a MESSAGE that is not routed, not 0 in the others
 * </pre>
 *
 * Integers are in the machine's order: both ends are on one machine. A packet has at most {@value #MAX_PACKET} bytes, and is
 * full unless it ends with the end of a message. One instance reads one channel; one thread.
 */
final class EnvelopeCodec {
    static final int MAX_PACKET = 64 * 1024;
    static final int MAX_BODY = 16 << 20;
    static final int HEADER = 24;
    static final int MORE_HEADER = 8;
    private static final int MORE = 255;
    private static final long MORE_WORD = ByteBuffer.allocate(Long.BYTES)
            .put(0, (byte) MORE)
            .order(ByteOrder.nativeOrder())
            .getLong(0);

    /** By their codes on the wire, from 1. */
    private static final List<Kind> KINDS = List.of(Kind.MESSAGE, Kind.REQUEST, Kind.ANSWER, Kind.ROUTED, Kind.FAILED);

    private static final List<Format> FORMATS = List.of(Format.RAW, Format.JSON);

    private @Nullable Envelope begun;
    private int filled;

    /** Whether a whole message fits into the rest of a packet. */
    static boolean fits(Envelope message, ByteBuffer packet) {
        return HEADER + message.body().length <= packet.remaining();
    }

    /**
     * Writes as much of a message as a packet has room for.
     *
     * @param sent how many bytes of the body were sent before; 0 unless at the start of a packet
     * @return how many bytes of the body are in the packet
     */
    static int encode(Envelope message, int sent, ByteBuffer packet) {
        packet.order(ByteOrder.nativeOrder());
        if (sent == 0) {
            packet.put((byte) (KINDS.indexOf(message.kind()) + 1)).put((byte) (FORMATS.indexOf(message.format()) + 1));
            packet.put((byte) (message.descriptor() == null ? 0 : 1)).put((byte) 0);
            packet.putInt(message.body().length);
            packet.putLong(message.correlation()).putLong(message.address());
        } else {
            packet.putLong(MORE_WORD);
        }
        int count = Math.min(message.body().length - sent, packet.remaining());
        packet.put(message.body(), sent, count);
        return count;
    }

    /**
     * Reads a packet up to the end of the next message, or to the packet's end.
     *
     * @param descriptor the one that came with the packet; the first message owns it from here on; closed if the packet is invalid
     * @param descriptorLost whether a descriptor was lost because this process has none free
     * @return the message, if it is complete
     * @throws WireException if the packet is invalid, naming what was expected at which offset
     */
    Optional<Envelope> decode(ByteBuffer packet, @Nullable Fd descriptor, boolean descriptorLost) throws WireException {
        try {
            packet.order(ByteOrder.nativeOrder());
            Envelope message = begun;
            if (message == null) {
                message = begin(packet, descriptor, descriptorLost);
            } else {
                checkMore(packet, descriptor);
            }
            return fill(message, packet);
        } catch (WireException e) {
            if (descriptor != null) {
                descriptor.close();
            }
            abandon();
            throw e;
        }
    }

    /** Drops a message of which nothing more will come. */
    void abandon() {
        if (begun != null) {
            begun.closeDescriptor();
            begun = null;
        }
        filled = 0;
    }

    private static Envelope begin(ByteBuffer packet, @Nullable Fd descriptor, boolean lost) throws WireException {
        int at = packet.position();
        check(packet.remaining() >= HEADER, "a header of " + HEADER + " bytes", at, packet.remaining() + " bytes");
        int kind = code(packet, at, KINDS.size(), "a kind");
        int format = code(packet, at + 1, FORMATS.size(), "a format");
        int descriptors = Byte.toUnsignedInt(packet.get(at + 2));
        int arrived = descriptor == null ? 0 : 1;
        check(
                descriptors == arrived || (descriptors == 1 && lost),
                arrived + " descriptors announced, as many as came",
                at + 2,
                descriptors);
        check(packet.get(at + 3) == 0, "0", at + 3, packet.get(at + 3));
        int length = packet.getInt(at + 4);
        check(
                length >= 0 && length <= MAX_BODY,
                "a length from 0 to " + MAX_BODY,
                at + 4,
                Integer.toUnsignedString(length));
        long correlation = packet.getLong(at + 8);
        check(correlation != 0 || kind == 1, "a correlation", at + 8, "0");
        long address = packet.getLong(at + 16);
        packet.position(at + HEADER);
        return new Envelope(
                KINDS.get(kind - 1),
                FORMATS.get(format - 1),
                correlation,
                address,
                new byte[length],
                descriptor,
                descriptors == 1 && lost);
    }

    private static int code(ByteBuffer packet, int at, int most, String what) throws WireException {
        int code = Byte.toUnsignedInt(packet.get(at));
        check(code >= 1 && code <= most, what + " from 1 to " + most, at, code);
        return code;
    }

    private void checkMore(ByteBuffer packet, @Nullable Fd descriptor) throws WireException {
        check(packet.limit() > MORE_HEADER, "more of a message", 0, packet.limit() + " bytes");
        check(packet.getLong(0) == MORE_WORD, "the header of MORE, 255", 0, Byte.toUnsignedInt(packet.get(0)));
        check(descriptor == null, "no descriptor with MORE", 0, "one");
        packet.position(MORE_HEADER);
    }

    private Optional<Envelope> fill(Envelope message, ByteBuffer packet) throws WireException {
        int missing = message.body().length - filled;
        int count = Math.min(missing, packet.remaining());
        check(
                count == missing || packet.limit() == MAX_PACKET,
                "the next " + Math.min(missing, MAX_PACKET - packet.position()) + " of " + missing + " missing bytes",
                packet.position(),
                count);
        packet.get(message.body(), filled, count);
        filled += count;
        boolean whole = filled == message.body().length;
        begun = whole ? null : message;
        filled = whole ? 0 : filled;
        return whole ? Optional.of(message) : Optional.empty();
    }

    private static void check(boolean met, String expected, int offset, Object found) throws WireException {
        if (!met) {
            throw new WireException(
                    "expected " + expected + " at offset " + offset + " of a message's packet, found " + found);
        }
    }
}
