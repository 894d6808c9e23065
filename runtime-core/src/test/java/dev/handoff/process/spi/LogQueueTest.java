package dev.handoff.process.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;

class LogQueueTest {
    private final LogQueue queue = new LogQueue();
    private final Framework framework = new Framework();
    private final Logger log = new QueuedLogger(framework, queue);

    @Test
    void theThreadThatLogsWritesUntilTheQueueBegins() {
        framework.letPass(1);
        log.info("by {}", "itself");
        assertThat(framework.lines)
                .containsExactly("INFO by itself on " + Thread.currentThread().getName());
    }

    @Test
    void linesOfAFrameworkThatWaitsComeLaterAndInOrder() {
        queue.begin();
        log.warn("one {}", 1, new IllegalStateException("cause"));
        log.error("two {} and {}", 2, "{}");
        assertThat(framework.lines).isEmpty();
        framework.letPass(2);
        await("both lines").until(() -> framework.lines.size() == 2);
        assertThat(framework.lines)
                .containsExactly("WARN one 1 on handoff-logs: cause", "ERROR two 2 and {} on handoff-logs");
    }

    @Test
    void whatDoesNotFitIsDroppedAndCounted() {
        queue.begin();
        log.info("first");
        await("the framework has the first line").until(framework::isAsked);
        String long1 = "x".repeat(1 << 19);
        log.info("second {}", long1);
        log.info("third {}", long1);
        log.info("fourth");
        framework.letPass(100);
        await("the last one").until(() -> framework.lines.stream().anyMatch(line -> line.startsWith("INFO fourth")));
        assertThat(framework.lines).noneMatch(line -> line.startsWith("INFO third"));
    }

    @Test
    void aLineThatHasWaitedSaysHowLong() {
        framework.letPass(1);
        long ago = System.nanoTime() - TimeUnit.SECONDS.toNanos(90);
        queue.log(new LogQueue.Line(framework, Level.INFO, "it happened", null, ago));
        assertThat(framework.lines).allMatch(line -> line.startsWith("INFO it happened [90 s ago]"));
    }

    /** Waits with each line until it may pass. */
    private static final class Framework extends LegacyAbstractLogger {
        private static final long serialVersionUID = 1L;

        private final transient BlockingQueue<Integer> passes = new LinkedBlockingQueue<>();
        private final transient List<String> lines = new CopyOnWriteArrayList<>();
        private volatile boolean asked;

        void letPass(int count) {
            for (int pass = 0; pass < count; pass++) {
                passes.add(pass);
            }
        }

        boolean isAsked() {
            return asked;
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level,
                @Nullable Marker marker,
                String message,
                Object @Nullable [] arguments,
                @Nullable Throwable cause) {
            asked = true;
            try {
                passes.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            String why = cause == null ? "" : ": " + cause.getMessage();
            lines.add(level + " " + message + " on " + Thread.currentThread().getName() + why);
        }

        @Override
        protected @Nullable String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        public boolean isTraceEnabled() {
            return true;
        }

        @Override
        public boolean isDebugEnabled() {
            return true;
        }

        @Override
        public boolean isInfoEnabled() {
            return true;
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }
    }
}
