package dev.handoff.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/** Any packet of a message channel: messages, or refused with what was expected where. */
class EnvelopeFuzz {
    @FuzzTest(maxExecutions = 1_000_000, maxDuration = "")
    void aPacketIsReadOrRefused(byte[] bytes) {
        EnvelopeCodec codec = new EnvelopeCodec();
        ByteBuffer packet = ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, EnvelopeCodec.MAX_PACKET));
        try {
            do {
                codec.decode(packet, null, false)
                        .ifPresent(
                                message -> assertThat(message.body()).hasSizeLessThanOrEqualTo(EnvelopeCodec.MAX_BODY));
            } while (packet.hasRemaining());
        } catch (WireException e) {
            assertThat(e).message().startsWith("expected ").contains(" at offset ");
        }
    }
}
