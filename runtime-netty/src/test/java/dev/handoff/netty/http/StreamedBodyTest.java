package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What of a body waits between the event loop and a handler that reads. */
class StreamedBodyTest {
    private static final int BYTES = 64 * 1024;

    private final AtomicInteger asked = new AtomicInteger();
    private final StreamedBody body = new StreamedBody(asked::incrementAndGet);

    @Test
    void asMuchWaitsAsThereIsRoomFor() throws Exception {
        while (body.wantsMore()) {
            accept(1024);
        }
        assertThat(unread()).isBetween(BYTES / 2, BYTES);
    }

    /** They take far more memory than their bytes. */
    @Test
    void fewOfTinyPiecesWait() throws Exception {
        int pieces = 0;
        while (body.wantsMore()) {
            accept(1);
            pieces++;
        }
        assertThat(pieces).isLessThan(BYTES / 64);
        assertThat(unread()).isEqualTo(pieces);
        assertThat(body.stream().read()).isEqualTo('x');
        assertThat(body.wantsMore()).isTrue();
        assertThat(asked).as("told that there is room again").hasValue(1);
        body.complete();
        assertThat(body.stream().readAllBytes()).hasSize(pieces - 1);
    }

    private void accept(int length) {
        body.accept(Unpooled.copiedBuffer("x".repeat(length), US_ASCII), length);
    }

    private int unread() throws IOException {
        return body.stream().available();
    }
}
