package dev.handoff.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any bytes for a control channel: a frame, or refused with what was expected. */
class ControlFrameFuzz {
    @FuzzTest(maxExecutions = 1_000_000, maxDuration = "")
    void aFrameIsReadOrRefused(byte[] bytes) {
        try {
            assertThat(ControlCodec.decode(bytes)).isNotNull();
        } catch (WireException e) {
            assertThat(e).message().startsWith("expected ").contains(", found ");
        }
    }
}
