package dev.handoff.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.handoff.unix.DescriptorMessage;
import dev.handoff.unix.SeqPacketPair;
import java.io.IOException;

/** Any bytes on a lane: a frame whose parts can be asked for, or refused with what was expected. */
class LaneFuzz {
    private static final DescriptorMessage FRAME = new DescriptorMessage(1, 2 * LaneFrame.MAX_LENGTH);
    private static final SeqPacketPair PAIR = pair();
    private static final LaneSocket CHANNEL = new LaneSocket(PAIR.right());

    private static SeqPacketPair pair() {
        try {
            return SeqPacketPair.open();
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @FuzzTest(maxExecutions = 1_000_000, maxDuration = "")
    void aFrameIsReadOrRefused(byte[] bytes) throws IOException {
        // An empty one is the end of a lane.
        int length = Math.min(bytes.length, 2 * LaneFrame.MAX_LENGTH);
        if (length == 0) {
            return;
        }
        FRAME.putBytes(0, bytes, length);
        PAIR.left().send(FRAME, length, 0);
        try {
            CHANNEL.receive();
            use();
        } catch (WireException e) {
            assertThat(e).message().startsWith("expected ").contains(", found ");
        }
    }

    private static void use() throws WireException {
        switch (CHANNEL.kind()) {
            case OFFER, RESUME, HAND_BACK -> assertThat(CHANNEL.arrived()).isZero();
            case LISTEN -> CHANNEL.releaseListeningSocket();
            case REFUSE -> assertThat(CHANNEL.refusal()).isNotNull();
            case HELLO -> assertThat(CHANNEL.token()).isNotNull();
            default -> assertThat(CHANNEL.count()).isNotNegative();
        }
    }
}
