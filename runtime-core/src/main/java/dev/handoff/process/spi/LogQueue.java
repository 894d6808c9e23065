package dev.handoff.process.spi;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What was logged and is not written yet: bounded, in order. What does not fit is dropped, counted, and told when the framework takes
 * lines again. Before {@link #begin} each line is written by the thread that logs it.
 */
final class LogQueue {
    private static final int MOST_CHARACTERS = 1 << 20;

    /** What a line counts beside its text: itself, and what a stack trace takes. */
    private static final int LINE = 1000;

    /** So long the last lines are waited for at an end: what is printed may be stopped. */
    private static final Duration LAST_LINES = Duration.ofSeconds(1);

    /** As much more time the hooks of a process have whose framework does not take a line. */
    private static final Duration HOOKS = Duration.ofSeconds(4);

    private static final long LATE_NANOS = Duration.ofSeconds(1).toNanos();

    private final Deque<Line> lines = new ArrayDeque<>();
    private final Thread writer = Threads.daemon("handoff-logs", this::write);
    private boolean begun;
    private boolean writing;
    private int characters;
    private long dropped;

    /**
     * What was logged at once.
     *
     * @param target the framework's logger
     * @param atNanos when, a reading of {@link System#nanoTime}
     */
    record Line(
            Logger target,
            Level level,
            String text,
            @Nullable Throwable cause,
            long atNanos) {
        int size() {
            return text.length() + LINE;
        }

        void write() {
            long waited = System.nanoTime() - atNanos;
            String late = waited < LATE_NANOS ? "" : " [" + TimeUnit.NANOSECONDS.toSeconds(waited) + " s ago]";
            write(text + late);
        }

        private void write(String all) {
            switch (level) {
                case ERROR -> target.error(all, cause);
                case WARN -> target.warn(all, cause);
                case INFO -> target.info(all, cause);
                case DEBUG -> target.debug(all, cause);
                case TRACE -> target.trace(all, cause);
            }
        }
    }

    /** Begins to queue; again changes nothing. */
    synchronized void begin() {
        if (!begun) {
            begun = true;
            Threads.startSoon(writer);
            Halt.before(this::endHalting);
            Runtime.getRuntime().addShutdownHook(new Thread(this::endExiting, "handoff-logs-end"));
        }
    }

    void log(Line line) {
        if (!queued(line)) {
            line.write();
        }
    }

    /** False as long as nothing is queued. */
    private synchronized boolean queued(Line line) {
        if (begun && characters + line.size() <= MOST_CHARACTERS) {
            lines.add(line);
            characters += line.size();
            notifyAll();
        } else if (begun) {
            dropped++;
        }
        return begun;
    }

    private void write() {
        try {
            while (true) {
                write(next());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nothing interrupts it but what ends threads that it does not know
        }
    }

    private static void write(Line line) {
        try {
            line.write();
        } catch (RuntimeException e) {
            // The framework is the program's: where it fails there is nowhere to tell it.
        }
    }

    private synchronized Line next() throws InterruptedException {
        writing = false;
        notifyAll();
        while (lines.isEmpty()) {
            wait();
        }
        writing = true;
        return dropped > 0 ? report() : first();
    }

    private Line first() {
        Line line = lines.remove();
        characters -= line.size();
        return line;
    }

    private Line report() {
        String text = dropped + " lines of this log dropped: what writes it does not keep up";
        dropped = 0;
        return new Line(LoggerFactory.getLogger(Logs.class), Level.WARN, text, null, System.nanoTime());
    }

    private void endHalting() {
        awaitWritten(LAST_LINES);
    }

    /** A framework that takes no line keeps its own hook waiting, and each that logs: the process would never end. */
    private void endExiting() {
        if (!awaitWritten(LAST_LINES) && !awaitWritten(HOOKS)) {
            Halt.now(Halt.exitCode());
        }
    }

    private synchronized boolean awaitWritten(Duration limit) {
        long untilNanos = System.nanoTime() + limit.toNanos();
        for (long left = limit.toNanos(); left > 0 && isLeft(); left = untilNanos - System.nanoTime()) {
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        return !isLeft();
    }

    private boolean isLeft() {
        return writing || !lines.isEmpty();
    }
}
