package dev.handoff.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.unix.OpenDescriptors;
import dev.handoff.wire.ControlFrame.Drained;
import dev.handoff.wire.ControlFrame.Leave;
import dev.handoff.wire.ControlFrame.Started;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import jnr.unixsocket.UnixSocketChannel;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ControlChannelTest {
    private final int before = OpenDescriptors.count();
    private final UnixSocketChannel raw;
    private final ControlChannel channel;
    private final Heard heard = new Heard();

    ControlChannelTest() throws IOException {
        UnixSocketChannel[] pair = UnixSocketChannel.pair();
        raw = pair[0];
        channel = new ControlChannel(pair[1]);
    }

    @AfterEach
    void leaveNothing() throws IOException {
        channel.close();
        raw.close();
        await().untilAsserted(() -> assertThat(OpenDescriptors.count()).isEqualTo(before));
        await().untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("tested-"))
                .toList();
    }

    private static class Heard implements ControlChannel.Listener {
        private final BlockingQueue<ControlFrame> frames = new LinkedBlockingQueue<>();
        private final BlockingQueue<Optional<IOException>> ends = new LinkedBlockingQueue<>();

        @Override
        public void onFrame(ControlFrame frame) {
            frames.add(frame);
        }

        @Override
        public void onEnd(@Nullable IOException failure) {
            ends.add(Optional.ofNullable(failure));
        }

        ControlFrame frame() throws InterruptedException {
            return Objects.requireNonNull(frames.poll(10, TimeUnit.SECONDS), "no frame within 10 s");
        }

        Optional<IOException> end() throws InterruptedException {
            return Objects.requireNonNull(ends.poll(10, TimeUnit.SECONDS), "no end within 10 s");
        }
    }

    @Test
    void framesArriveWholeAndInOrderBothWays() throws Exception {
        ControlChannel other = new ControlChannel(raw);
        Heard answers = new Heard();
        channel.start("tested", heard);
        other.start("tested-other", answers);
        for (int count = 0; count < 500; count++) {
            assertThat(other.send(new Leave("x".repeat(count)))).isTrue();
            assertThat(channel.send(new Drained(0, count))).isTrue();
        }
        for (int count = 0; count < 500; count++) {
            assertThat(heard.frame()).isEqualTo(new Leave("x".repeat(count)));
            assertThat(answers.frame()).isEqualTo(new Drained(0, count));
        }
        other.close();
        assertThat(heard.end()).isEmpty();
        assertThat(answers.end()).isEmpty();
        assertThat(channel.send(new Drained(0, 0))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            00000000        | expected a length from 1 to 1048576 at offset 0 of a control frame, found 0
            00100001        | found 1048577
            ffffffff        | found 4294967295
            000000          | expected 4 bytes of a control frame, found the end of the stream after 3
            00000005        | expected 5 bytes of a control frame, found the end of the stream
            00000005 07     | expected 5 bytes of a control frame, found the end of the stream after 1
            00000001 63     | expected a frame type from 1 to 10 at offset 0 of a control frame of 1 bytes, found 99
            00000002 0400   | expected the end of a Started at offset 1
            """)
    void aBrokenFrameEndsTheChannelWithItsReason(String hex, String words) throws Exception {
        channel.start("tested", heard);
        raw.write(ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", ""))));
        raw.shutdownOutput();
        assertThat(heard.end())
                .get()
                .satisfies(e -> assertThat(e)
                        .isInstanceOf(WireException.class)
                        .message()
                        .contains(words));
        assertThat(heard.frames).isEmpty();
    }

    @Test
    void aPeerThatDoesNotReadCostsABoundedQueueAndNoSenderItsTime() throws Exception {
        channel.start("tested", heard);
        int sent = 0;
        while (channel.send(new Leave("x".repeat(ControlCodec.MAX_TEXT)))) {
            sent++;
            assertThat(sent).isLessThan(2000);
        }
        assertThat(sent).isGreaterThan(1000);
        channel.close();
        assertThat(heard.end()).isEmpty();
    }

    @Test
    void aCloseWakesTheReaderAndTellsItOnce() throws Exception {
        channel.start("tested", heard);
        channel.close();
        channel.close();
        assertThat(heard.end()).isEmpty();
        assertThat(heard.ends).isEmpty();
    }

    /** Numbers are reused at once: a late thread must not read from the next owner of the number. */
    @Test
    void aCloseWhileAFrameIsHeardTakesNoByteOfTheNextConnections() throws Exception {
        CompletableFuture<Void> heardEnough = new CompletableFuture<>();
        Heard slow = new Heard() {
            @Override
            public void onFrame(ControlFrame frame) {
                super.onFrame(frame);
                heardEnough.join();
            }
        };
        channel.start("tested", slow);
        raw.write(ByteBuffer.wrap(HexFormat.of().parseHex("0000000104")));
        assertThat(slow.frame()).isEqualTo(new Started());
        channel.close();
        List<UnixSocketChannel> next = new ArrayList<>();
        try {
            for (int pair = 0; pair < 8; pair++) {
                next.addAll(List.of(UnixSocketChannel.pair()));
            }
            for (UnixSocketChannel each : next) {
                each.write(ByteBuffer.wrap("request!".getBytes(US_ASCII)));
            }
            heardEnough.complete(null);
            assertThat(slow.end()).isEmpty();
            for (UnixSocketChannel each : next) {
                ByteBuffer bytes = ByteBuffer.allocate(8);
                each.read(bytes);
                assertThat(new String(bytes.array(), 0, bytes.position(), US_ASCII))
                        .isEqualTo("request!");
            }
        } finally {
            for (UnixSocketChannel each : next) {
                each.close();
            }
        }
    }
}
