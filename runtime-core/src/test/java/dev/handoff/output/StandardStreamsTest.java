package dev.handoff.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.cluster.ClusterSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** What this process prints while it is a master. */
@Isolated("it takes the standard streams")
@Timeout(60)
class StandardStreamsTest {
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @BeforeEach
    void listen() {
        PrintStream both = new PrintStream(printed, true, UTF_8);
        System.setOut(both);
        System.setErr(both);
    }

    @AfterEach
    void giveBack() {
        System.setOut(out);
        System.setErr(err);
    }

    private static StandardStreams takeOver() {
        return StandardStreams.takeOver(LogLimits.of(ClusterSettings.defaults()));
    }

    @Test
    void linesOfBothStreamsAndOfWorkersComeInTheOrderInWhichTheyWerePrinted() throws Exception {
        StandardStreams streams = takeOver();
        for (int i = 0; i < 1000; i++) {
            System.out.println("out " + i);
            System.err.print("err ");
            System.err.println(i);
            streams.sink().offer(LogSink.Stream.OUT, List.of("worker " + i));
        }
        streams.giveBack();
        System.out.println("after");
        List<String> lines = printed.toString(UTF_8).lines().toList();
        for (int i = 0; i < 1000; i++) {
            assertThat(lines.subList(3 * i, 3 * i + 3)).containsExactly("out " + i, "err " + i, "worker " + i);
        }
        assertThat(lines).hasSize(3001).endsWith("after");
    }

    @Test
    void theStreamsOfBeforeAreGivenBackUnlessTheProgramHasSetOthers() throws Exception {
        PrintStream before = System.out;
        StandardStreams streams = takeOver();
        PrintStream kept = System.out;
        assertThat(kept).isNotSameAs(before);
        PrintStream others = new PrintStream(OutputStream.nullOutputStream(), true, UTF_8);
        System.setErr(others);
        streams.giveBack();
        assertThat(System.out).isSameAs(before);
        assertThat(System.err).isSameAs(others);
        kept.println("by one that has kept it");
        assertThat(printed.toString(UTF_8)).isEqualTo("by one that has kept it\n");
    }

    /** Neither while it runs nor at its end. */
    @Test
    void anOutputThatNothingReadsStopsNoThread() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        PrintStream full = new PrintStream(new Full(read), true, UTF_8);
        System.setErr(full);
        StandardStreams streams = takeOver();
        for (int i = 0; i < 100_000; i++) {
            System.err.println(
                    "a line of a hundred characters, of which a megabyte holds ten thousand and so on: " + i);
        }
        assertThat(streams.sink().dropped()).isPositive();
        streams.giveBack();
        System.err.println("the streams of before would keep this thread");
        read.countDown();
        streams.giveBack();
        assertThat(System.err).isSameAs(full);
    }

    @Test
    void anOutputThatFailsStopsNothing() throws Exception {
        System.setErr(new PrintStream(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        }));
        StandardStreams streams = takeOver();
        System.err.println("lost");
        System.out.println("printed");
        streams.giveBack();
        assertThat(printed.toString(UTF_8)).isEqualTo("printed\n");
    }

    /** Takes nothing until it is read. */
    private static final class Full extends OutputStream {
        private final CountDownLatch read;

        Full(CountDownLatch read) {
            this.read = read;
        }

        @Override
        public void write(int b) throws IOException {
            try {
                read.await();
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
        }
    }
}
