package dev.handoff.output;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.output.LogSink.Stream;
import dev.handoff.process.spi.Halt;
import dev.handoff.process.spi.Logs;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;

/**
 * {@link System#out} and {@link System#err} of a master as long as its cluster lives: what is printed goes through the sink, in
 * one order with the workers' lines, so that no thread waits for what reads it. All that logs on a console comes through here,
 * but for a framework that has kept the streams of before, and for what writes to descriptors itself, as the JVM does.
 */
public final class StandardStreams {
    private static final Logger LOG = Logs.of(StandardStreams.class);

    /** So long what is left is written at an end: the output may be stopped. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final LogSink sink;
    private final PrintStream outBefore;
    private final PrintStream errBefore;
    private final PrintStream out;
    private final PrintStream err;
    private final Thread atExit = new Thread(this::end, "handoff-output");
    private final Runnable beforeHalt = this::end;

    private StandardStreams(LogLimits limits) {
        outBefore = System.out;
        errBefore = System.err;
        sink = new LogSink(outBefore, errBefore, limits, System::nanoTime);
        out = queued(Stream.OUT);
        err = queued(Stream.ERR);
    }

    private PrintStream queued(Stream stream) {
        return new PrintStream(new Queued(sink, stream), false, StandardCharsets.UTF_8);
    }

    /** Takes them over, for this process; a program that ends by itself is waited for until its last words are written. */
    public static StandardStreams takeOver(ClusterSettings settings) {
        return takeOver(LogLimits.of(settings));
    }

    static StandardStreams takeOver(LogLimits limits) {
        StandardStreams streams = new StandardStreams(limits);
        Runtime.getRuntime().addShutdownHook(streams.atExit);
        Halt.before(streams.beforeHalt);
        streams.sink.start();
        System.setOut(streams.out);
        System.setErr(streams.err);
        return streams;
    }

    /** For the workers' lines. */
    public LogSink sink() {
        return sink;
    }

    /** Everything is written from now on by the thread that prints it, if all before has been. */
    private void end() {
        try {
            sink.writeDirectly(LAST_WORDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Gives them back, unless the program has set others meanwhile. While nothing reads them they stay: a program that prints
     * its last words must not wait for ever, either.
     */
    public void giveBack() throws InterruptedException {
        if (sink.writeDirectly(LAST_WORDS)) {
            restore();
            sink.close();
            Halt.noMore(beforeHalt);
            forgetExit();
        } else {
            LOG.debug("nothing reads the output of this process: it stays queued");
        }
    }

    private void restore() {
        if (System.out == out) {
            System.setOut(outBefore);
        }
        if (System.err == err) {
            System.setErr(errBefore);
        }
    }

    private void forgetExit() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            LOG.debug("the process ends already", e);
        }
    }

    /** What a print stream prints, as it comes. */
    private static final class Queued extends OutputStream {
        private final LogSink sink;
        private final Stream stream;

        Queued(LogSink sink, Stream stream) {
            this.sink = sink;
            this.stream = stream;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            sink.offer(stream, bytes, offset, length);
        }
    }
}
