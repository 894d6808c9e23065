package dev.handoff.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.handoff.unix.BorrowedFd;
import dev.handoff.unix.ClientPair;
import dev.handoff.unix.DescriptorMessage;
import dev.handoff.unix.Fd;
import dev.handoff.unix.OpenDescriptors;
import dev.handoff.unix.SeqPacketPair;
import dev.handoff.unix.SeqPacketSocket.Received;
import dev.handoff.wire.LaneSocket.Kind;
import java.io.IOException;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LaneSocketTest {
    private static final StateFormat FORMAT = new StateFormat("x".repeat(255), StateFormat.MOST_VERSION);

    private static final long SEED = 20_261_122;

    private final int before = OpenDescriptors.count();
    private final SeqPacketPair pair;
    private final ClientPair connection;
    private final LaneSocket left;
    private final LaneSocket right;

    LaneSocketTest() throws IOException {
        pair = SeqPacketPair.open();
        left = new LaneSocket(pair.left());
        right = new LaneSocket(pair.right());
        connection = ClientPair.open();
    }

    @AfterEach
    void leaveNothing() throws IOException {
        left.close();
        right.close();
        connection.close();
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }

    private void expect(Kind kind) throws IOException {
        assertThat(right.receive()).isEqualTo(Received.MESSAGE);
        assertThat(right.kind()).isEqualTo(kind);
    }

    private Offer offer(int listener, boolean probe) {
        return new Offer(
                connection.accepted().fd(),
                listener,
                probe,
                connection.accepted().peer());
    }

    // --- what is said arrives -------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {1, 2, LaneSocket.MAX_OFFERS})
    void anOffer(int count) throws Exception {
        Offer[] offers = new Offer[count];
        for (int index = 0; index < count; index++) {
            offers[index] = offer(65_535 - index, index % 2 == 1);
        }
        assertThat(left.offer(Long.MAX_VALUE - count, offers, count)).isTrue();

        expect(Kind.OFFER);
        assertThat(right.firstSequence()).isEqualTo(Long.MAX_VALUE - count);
        assertThat(right.count()).isEqualTo(count);
        assertThat(right.arrived()).isEqualTo(count);
        for (int index = 0; index < count; index++) {
            Offer arrived = right.releaseOffer(index);
            try (Fd fd = arrived.connection()) {
                assertThat(OpenDescriptors.identity(fd))
                        .isEqualTo(
                                OpenDescriptors.identity(connection.accepted().fd()));
            }
            assertThat(arrived.listener()).isEqualTo(65_535 - index);
            assertThat(arrived.probe()).isEqualTo(index % 2 == 1);
            assertThat(arrived.peer().decode()).isEqualTo(connection.client().getLocalSocketAddress());
        }
    }

    @Test
    void orders() throws Exception {
        assertThat(left.listen(65_535, connection.accepted().fd())).isTrue();
        assertThat(left.unlisten(3)).isTrue();
        assertThat(left.drain()).isTrue();

        expect(Kind.LISTEN);
        assertThat(right.listener()).isEqualTo(65_535);
        right.releaseListeningSocket().close();
        expect(Kind.UNLISTEN);
        assertThat(right.listener()).isEqualTo(3);
        expect(Kind.DRAIN);
        assertThat(right.receive()).isEqualTo(Received.NOTHING);
    }

    @Test
    void aHello() throws Exception {
        Token token = Token.random();
        left.hello(4711, 63, token);
        expect(Kind.HELLO);
        assertThat(right.workerId()).isEqualTo(4711);
        assertThat(right.lane()).isEqualTo(63);
        assertThat(right.token()).isEqualTo(token);
    }

    @ParameterizedTest
    @EnumSource(Refusal.class)
    void answers(Refusal reason) throws Exception {
        left.acknowledge(1L << 40, 16);
        left.refuse((1L << 40) + 16, 1, reason);
        expect(Kind.ACKNOWLEDGE);
        assertThat(right.firstSequence()).isEqualTo(1L << 40);
        assertThat(right.count()).isEqualTo(16);
        expect(Kind.REFUSE);
        assertThat(right.count()).isOne();
        assertThat(right.refusal()).isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, Progress.MAX_STATE})
    void aConnectionThatMovesOn(int length) throws Exception {
        byte[] state = new byte[length];
        new Random(length).nextBytes(state);
        Offer moving = new Offer(
                connection.accepted().fd(),
                7,
                false,
                connection.accepted().peer(),
                Long.MIN_VALUE,
                new Progress(FORMAT, Long.MAX_VALUE, state));
        assertThat(left.handBack(3, handedBack(moving))).isTrue();
        expectMoved(Kind.HAND_BACK, 3, state);
        assertThat(left.resume(Long.MAX_VALUE, moving)).isTrue();
        expectMoved(Kind.RESUME, Long.MAX_VALUE, state);
    }

    private static HandedBack handedBack(Offer offer) {
        BorrowedFd socket = new BorrowedFd(offer.connection().number());
        return new HandedBack(socket, offer.listener(), offer.peer(), offer.acceptedMillis(), offer.progress());
    }

    private void expectMoved(Kind kind, long number, byte[] state) throws Exception {
        expect(kind);
        assertThat(right.firstSequence()).isEqualTo(number);
        assertThat(right.arrived()).isOne();
        Offer arrived = right.releaseOffer(0);
        arrived.connection().close();
        assertThat(arrived.listener()).isEqualTo(7);
        assertThat(arrived.peer().decode()).isEqualTo(connection.client().getLocalSocketAddress());
        Progress progress = Objects.requireNonNull(arrived.progress());
        assertThat(arrived.acceptedMillis()).isEqualTo(Long.MIN_VALUE);
        assertThat(progress.format()).isEqualTo(FORMAT);
        assertThat(progress.served()).isEqualTo(Long.MAX_VALUE);
        assertThat(progress.state()).isEqualTo(state);
    }

    @Test
    void aConnectionThatIsHandedBackUntouched() throws Exception {
        assertThat(left.handBack(0, handedBack(offer(7, false)))).isTrue();
        expect(Kind.HAND_BACK);
        Offer arrived = right.releaseOffer(0);
        arrived.connection().close();
        assertThat(arrived.progress()).isNull();
    }

    @Test
    void whatBecomesOfIt() throws Exception {
        left.confirm(5, 2);
        left.returnToWorker(7, 1);
        expect(Kind.CONFIRM);
        assertThat(right.firstSequence()).isEqualTo(5);
        assertThat(right.count()).isEqualTo(2);
        expect(Kind.RETURN);
        assertThat(right.firstSequence()).isEqualTo(7);
        assertThat(right.count()).isOne();
    }

    @Test
    void theEnd() throws Exception {
        left.close();
        assertThat(right.receive()).isEqualTo(Received.END);
    }

    // --- what makes no sense is refused, and leaves nothing behind --------------------------------------------------

    @SuppressWarnings("ImmutableEnumChecker") // no other code sees them
    private enum Broken {
        TOO_SHORT(15, 0, frame -> {}, "expected a header of 16 bytes on a hand-off lane, found 15 bytes"),
        TOO_LONG(
                65_537,
                0,
                frame -> {},
                "expected a frame of at most 65536 bytes on a hand-off lane, found a longer one"),
        OTHER_VERSION(16, 1, frame -> frame.putByte(1, (byte) 2), "expected version 1 at offset 1", "found version 2"),
        UNKNOWN_KIND(
                16, 1, frame -> frame.putByte(0, (byte) 12), "expected a kind below 12 at offset 0", "found kind 12"),
        NEGATIVE_KIND(16, 0, frame -> frame.putByte(0, (byte) -1), "expected a kind below 12", "found kind -1"),
        NO_OFFER(16, 1, frame -> frame.putShort(2, 0), "expected 1 to 16 connections at offset 2", "found 0 of them"),
        TOO_MANY_OFFERS(528, 1, frame -> frame.putShort(2, 17), "expected 1 to 16 connections", "found 17 of them"),
        OFFER_CUT_OFF(55, 1, frame -> frame.putShort(2, 1), "expected a OFFER frame of 56 bytes", "found 55 bytes"),
        OFFER_WITH_TAIL(57, 1, frame -> frame.putShort(2, 1), "expected a OFFER frame of 56 bytes", "found 57 bytes"),
        OFFER_WITH_A_DESCRIPTOR_TOO_MANY(
                56, 2, frame -> frame.putShort(2, 1), "expected at most 1 descriptors with a OFFER", "found 2 of them"),
        DRAIN_WITH_DESCRIPTORS(
                16, 3, frame -> frame.putByte(0, (byte) 3), "expected at most 0 descriptors", "found 3 of them"),
        HELLO_CUT_OFF(31, 0, frame -> frame.putByte(0, (byte) 4), "expected a HELLO frame of 32 bytes", "found 31"),
        ANSWER_WITH_TAIL(
                24, 0, frame -> frame.putByte(0, (byte) 5), "expected a ACKNOWLEDGE frame of 16 bytes", "found 24"),
        RESUME_CUT_OFF(64, 1, frame -> moved(frame, 7), "expected a RESUME frame of 65 bytes", "found 64 bytes"),
        HAND_BACK_WITH_ITS_KIND_CUT_OFF(
                67,
                1,
                frame -> {
                    moved(frame, 8);
                    frame.putByte(LaneFrame.KIND_LENGTH, (byte) 3);
                },
                "expected a HAND_BACK frame of 68 bytes",
                "found 67 bytes"),
        HAND_BACK_WITH_A_BLANK_IN_ITS_KIND(
                66,
                1,
                frame -> {
                    moved(frame, 8);
                    frame.putByte(LaneFrame.KIND_LENGTH, (byte) 1);
                    frame.putByte(LaneFrame.KIND_OF_STATE, (byte) ' ');
                },
                "expected a state's format",
                "without blanks, found ' '"),
        HAND_BACK_OF_TWO(
                65,
                1,
                frame -> {
                    moved(frame, 8);
                    frame.putShort(LaneFrame.COUNT, 2);
                },
                "expected 1 connection at offset 2",
                "found 2 of them"),
        HAND_BACK_OF_NO_VERSION(
                65,
                1,
                frame -> {
                    moved(frame, 8);
                    frame.putInt(LaneFrame.DETAIL, -1);
                },
                "expected a version of states from 0 to 65535",
                "found -1"),
        HAND_BACK_WITH_TWO_DESCRIPTORS(
                65, 2, frame -> moved(frame, 8), "expected at most 1 descriptors with a HAND_BACK", "found 2 of them");

        private final int length;
        private final int descriptors;
        private final Consumer<DescriptorMessage> change;
        private final String[] words;

        Broken(int length, int descriptors, Consumer<DescriptorMessage> change, String... words) {
            this.length = length;
            this.descriptors = descriptors;
            this.change = change;
            this.words = words;
        }

        private static void moved(DescriptorMessage frame, int kind) {
            frame.putByte(LaneFrame.KIND, (byte) kind);
            frame.putShort(LaneFrame.COUNT, 1);
        }
    }

    private DescriptorMessage raw() {
        DescriptorMessage frame = new DescriptorMessage(20, LaneFrame.MAX_LENGTH + 1);
        for (int index = 0; index < 20; index++) {
            frame.putDescriptor(index, connection.accepted().fd());
        }
        frame.putByte(LaneFrame.VERSION_AT, LaneFrame.VERSION);
        return frame;
    }

    @ParameterizedTest
    @EnumSource(Broken.class)
    void aBrokenFrame(Broken broken) throws Exception {
        DescriptorMessage frame = raw();
        broken.change.accept(frame);
        int open = OpenDescriptors.count();
        pair.left().send(frame, broken.length, broken.descriptors);

        assertThatExceptionOfType(WireException.class)
                .isThrownBy(right::receive)
                .satisfies(e -> assertThat(e).message().contains(broken.words));
        assertThat(OpenDescriptors.count()).isEqualTo(open);
    }

    @Test
    void aListenFrameWithoutItsSocket() throws Exception {
        DescriptorMessage frame = raw();
        frame.putByte(LaneFrame.KIND, (byte) 1);
        pair.left().send(frame, LaneFrame.HEADER, 0);
        expect(Kind.LISTEN);
        assertThatExceptionOfType(WireException.class)
                .isThrownBy(right::releaseListeningSocket)
                .withMessageContaining("expected a listening socket")
                .withMessageContaining("found none");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, -1, Integer.MIN_VALUE})
    void aRefusalForNoReason(int code) throws Exception {
        DescriptorMessage frame = raw();
        frame.putByte(LaneFrame.KIND, (byte) 6);
        frame.putInt(LaneFrame.DETAIL, code);
        pair.left().send(frame, LaneFrame.HEADER, 0);
        expect(Kind.REFUSE);
        assertThatExceptionOfType(WireException.class)
                .isThrownBy(right::refusal)
                .withMessageContaining("expected a refusal below 4 at offset 4")
                .withMessageEndingWith("found " + code);
    }

    /** It reads as the end; what came along must not stay. */
    @Test
    void anEmptyFrameWithDescriptors() throws Exception {
        DescriptorMessage frame = raw();
        int open = OpenDescriptors.count();
        pair.left().send(frame, 0, 5);
        assertThat(right.receive()).isEqualTo(Received.END);
        assertThat(OpenDescriptors.count()).isEqualTo(open);
    }

    @Test
    void offersThatWereNotReleased() throws Exception {
        int open = OpenDescriptors.count();
        Offer[] offers = {offer(0, false), offer(1, false)};
        left.offer(0, offers, 2);
        left.drain();
        expect(Kind.OFFER);
        assertThat(OpenDescriptors.count()).isEqualTo(open + 2);
        expect(Kind.DRAIN);
        assertThat(OpenDescriptors.count()).isEqualTo(open);
    }

    @Test
    void randomFrames() throws Exception {
        fuzz(20_000);
    }

    @Test
    @Tag("long")
    void aMillionRandomFrames() throws Exception {
        fuzz(1_000_000);
    }

    private void fuzz(int frames) throws IOException {
        Random random = new Random(SEED);
        DescriptorMessage frame = raw();
        int open = OpenDescriptors.count();
        int understood = 0;
        for (int count = 0; count < frames; count++) {
            int length = randomise(frame, random);
            pair.left().send(frame, length, random.nextInt(4) == 0 ? random.nextInt(20) : 0);
            try {
                right.receive();
                use(random);
                understood++;
            } catch (WireException e) {
                assertThat(e).message().startsWith("expected ").contains(", found ");
            }
        }
        assertThat(right.receive()).isEqualTo(Received.NOTHING);
        assertThat(OpenDescriptors.count()).as("seed %s", SEED).isEqualTo(open);
        assertThat(understood).as("frames that made sense").isBetween(frames / 100, frames - frames / 100);
    }

    /** Noise, or a frame that is right but for one field. */
    private static int randomise(DescriptorMessage frame, Random random) {
        boolean noise = random.nextInt(4) == 0;
        int length = 1 + random.nextInt(600);
        if (noise) {
            for (int at = 0; at < length; at++) {
                frame.putByte(at, (byte) random.nextInt());
            }
            return length;
        }
        int kind = random.nextInt(13);
        int count = random.nextInt(18);
        frame.putByte(LaneFrame.KIND, (byte) kind);
        frame.putByte(LaneFrame.VERSION_AT, (byte) (random.nextInt(20) == 0 ? random.nextInt() : LaneFrame.VERSION));
        frame.putShort(LaneFrame.COUNT, count);
        frame.putInt(LaneFrame.DETAIL, random.nextInt(6) - 1);
        frame.putLong(LaneFrame.SEQUENCE, random.nextLong());
        return random.nextInt(10) == 0 ? length : rightLength(kind, count, length);
    }

    private static int rightLength(int kind, int count, int any) {
        return switch (kind) {
            case 0 -> LaneFrame.entry(count);
            case 4 -> LaneFrame.HEADER + LaneFrame.TOKEN;
            case 7, 8 -> LaneFrame.KIND_OF_STATE + any;
            default -> LaneFrame.HEADER;
        };
    }

    private void use(Random random) throws WireException {
        switch (right.kind()) {
            case OFFER, RESUME, HAND_BACK -> {
                for (int index = random.nextInt(2); index < right.arrived(); index++) {
                    right.releaseOffer(index).connection().close();
                }
            }
            case LISTEN -> right.releaseListeningSocket().close();
            case REFUSE -> right.refusal();
            default -> assertThat(right.count()).isNotNegative();
        }
    }
}
