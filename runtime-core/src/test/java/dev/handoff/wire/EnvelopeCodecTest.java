package dev.handoff.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.handoff.process.NodeTest;
import dev.handoff.unix.Fd;
import dev.handoff.unix.OpenDescriptors;
import dev.handoff.unix.Pipe;
import dev.handoff.wire.Envelope.Format;
import dev.handoff.wire.Envelope.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeCodecTest {
    private static final long SEED = 20_261_122;

    private final EnvelopeCodec codec = new EnvelopeCodec();

    private static Envelope envelope(int length, @Nullable Fd descriptor) {
        byte[] body = new byte[length];
        new Random(length).nextBytes(body);
        return new Envelope(Kind.REQUEST, Format.RAW, 42, -7, body, descriptor, false);
    }

    private static List<ByteBuffer> packets(Envelope message) {
        List<ByteBuffer> packets = new ArrayList<>();
        int sent = 0;
        do {
            ByteBuffer packet = ByteBuffer.allocate(EnvelopeCodec.MAX_PACKET);
            sent += EnvelopeCodec.encode(message, sent, packet);
            packets.add(packet.flip());
        } while (sent < message.body().length);
        return packets;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_511, 65_512, 65_513, 131_040, 131_041, 800_000, EnvelopeCodec.MAX_BODY})
    @NodeTest("test-child-process-advanced-serialization-splitted-length-field.js")
    void aMessageOfAnyLengthComesBackAsItWas(int length) throws Exception {
        Envelope message = envelope(length, null);
        List<ByteBuffer> packets = packets(message);
        for (ByteBuffer packet : packets.subList(0, packets.size() - 1)) {
            assertThat(codec.decode(packet, null, false)).isEmpty();
        }
        Envelope back =
                codec.decode(packets.get(packets.size() - 1), null, false).orElseThrow();
        assertThat(Arrays.equals(back.body(), message.body())).isTrue();
        assertThat(back.kind()).isEqualTo(message.kind());
        assertThat(back.format()).isEqualTo(message.format());
        assertThat(back.correlation()).isEqualTo(message.correlation());
        assertThat(back.address()).isEqualTo(message.address());
        assertThat(back.descriptor()).isNull();
        assertThat(codec.decode(packets(envelope(3, null)).get(0), null, false)).isPresent();
    }

    @Test
    void messagesThatShareAPacketComeOneByOne() throws Exception {
        ByteBuffer packet = ByteBuffer.allocate(EnvelopeCodec.MAX_PACKET);
        for (int length : new int[] {3, 0, 500}) {
            assertThat(EnvelopeCodec.fits(envelope(length, null), packet)).isTrue();
            EnvelopeCodec.encode(envelope(length, null), 0, packet);
        }
        assertThat(EnvelopeCodec.fits(envelope(packet.remaining() - 23, null), packet))
                .isFalse();
        packet.flip();
        for (int length : new int[] {3, 0, 500}) {
            Envelope message = codec.decode(packet, null, false).orElseThrow();
            assertThat(message.body()).isEqualTo(envelope(length, null).body());
        }
        assertThat(packet.hasRemaining()).isFalse();
    }

    @Test
    void whatStandsBehindAMessageMustBeOne() throws Exception {
        ByteBuffer packet = broken(4, 2);
        assertThat(codec.decode(packet, null, false)).isPresent();
        assertBroken(packet, "a header of 24 bytes at offset 26", "found 1 bytes");
    }

    /** A packet of a message of three bytes with one thing changed. */
    private static ByteBuffer broken(int offset, int value) {
        ByteBuffer packet = packets(envelope(3, null)).get(0);
        return packet.put(offset, (byte) value);
    }

    @Test
    void aBrokenPacketSaysWhatWasExpectedWhere() {
        assertBroken(broken(0, 0), "a kind from 1 to 5 at offset 0", "found 0");
        assertBroken(broken(0, 255), "a kind from 1 to 5 at offset 0", "found 255");
        assertBroken(broken(1, 3), "a format from 1 to 2 at offset 1", "found 3");
        assertBroken(broken(2, 1), "0 descriptors announced, as many as came at offset 2", "found 1");
        assertBroken(broken(3, 9), "0 at offset 3", "found 9");
        assertBroken(broken(4, 4), "the next 4 of 4 missing bytes at offset 24", "found 3");
        assertBroken(ByteBuffer.allocate(1), "a header of 24 bytes at offset 0", "found 1 bytes");
        assertBroken(broken(7, 0xff), "a length from 0 to 16777216 at offset 4", "found 4278190083");
        assertBroken(broken(8, 0), "a correlation at offset 8", "found 0");
        assertBroken(ByteBuffer.allocate(0), "a header of 24 bytes at offset 0", "found 0 bytes");
        assertBroken(ByteBuffer.allocate(23), "a header of 24 bytes at offset 0", "found 23 bytes");
    }

    private void assertBroken(ByteBuffer packet, String expected, String found) {
        assertThatThrownBy(() -> codec.decode(packet, null, false))
                .isInstanceOf(WireException.class)
                .hasMessageContainingAll("expected " + expected, found);
    }

    @Test
    void whatComesWithinAMessageMustGoOnWithIt() throws Exception {
        ByteBuffer first = packets(envelope(100_000, null)).get(0);
        codec.decode(first.duplicate(), null, false);
        assertBroken(first.duplicate(), "the header of MORE, 255 at offset 0", "found 2");
        codec.decode(first.duplicate(), null, false);
        ByteBuffer shortOne = packets(envelope(100_000, null)).get(1).limit(1000);
        assertBroken(shortOne, "the next 34488 of 34488 missing bytes at offset 8", "found 992");
        codec.decode(first.duplicate(), null, false);
        assertBroken(ByteBuffer.allocate(8), "more of a message at offset 0", "found 8 bytes");
    }

    @Test
    void aDescriptorGoesWithItsMessageOrIsClosed() throws Exception {
        int before = OpenDescriptors.count();
        try (Pipe pipe = Pipe.open()) {
            ByteBuffer packet = packets(envelope(3, pipe.readEnd())).get(0);
            Fd arrived = new Fd(pipe.readEnd().release());
            Envelope message = codec.decode(packet, arrived, false).orElseThrow();
            assertThat(message.descriptor()).isSameAs(arrived);
            assertThatThrownBy(() -> codec.decode(packets(envelope(3, null)).get(0), arrived, false))
                    .hasMessageContaining("expected 1 descriptors announced, as many as came at offset 2");
            assertThat(arrived.isOpen()).isFalse();
        }
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }

    @Test
    void aDescriptorThatHadNoRoomIsToldOf() throws Exception {
        try (Pipe pipe = Pipe.open()) {
            ByteBuffer packet = packets(envelope(3, pipe.readEnd())).get(0);
            Envelope message = codec.decode(packet, null, true).orElseThrow();
            assertThat(message.descriptor()).isNull();
            assertThat(message.descriptorLost()).isTrue();
        }
    }

    @Test
    void randomPacketsAreReadOrRefusedAndNothingElse() {
        readRandomPackets(20_000);
    }

    @Test
    @Tag("long")
    void aMillionRandomPacketsAreReadOrRefusedAndNothingElse() {
        readRandomPackets(1_000_000);
    }

    /** Half of them are packets of real messages with a few bytes changed: those get further. */
    private static void readRandomPackets(int count) {
        Random random = new Random(SEED);
        EnvelopeCodec codec = new EnvelopeCodec();
        int read = 0;
        int refused = 0;
        for (int number = 0; number < count; number++) {
            ByteBuffer packet = random.nextBoolean() ? noise(random) : damaged(random);
            try {
                Optional<Envelope> message = codec.decode(packet, null, random.nextInt(8) == 0);
                read += message.isPresent() ? 1 : 0;
            } catch (WireException e) {
                assertThat(e).as("packet %d of seed %d", number, SEED).hasMessageContaining(" at offset ");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(count / 2);
        assertThat(read).isGreaterThan(count / 100);
    }

    private static ByteBuffer noise(Random random) {
        byte[] bytes = new byte[random.nextInt(64)];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    private static ByteBuffer damaged(Random random) {
        int length = random.nextInt(8) == 0 ? 65_512 + random.nextInt(1000) : random.nextInt(64);
        List<ByteBuffer> packets = packets(envelope(length, null));
        ByteBuffer packet = packets.get(random.nextInt(packets.size()));
        for (int flips = random.nextInt(3); flips > 0; flips--) {
            packet.put(random.nextInt(Math.min(packet.limit(), 32)), (byte) random.nextInt());
        }
        return packet.order(ByteOrder.nativeOrder());
    }
}
