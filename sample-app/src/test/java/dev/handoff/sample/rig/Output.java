package dev.handoff.sample.rig;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a process prints, line by line, and when that happened by this JVM's monotonic clock: as the time of day in the line tells,
 * for a line of a worker's has come through its master, and a busy reader reads late; without one, when it came.
 */
public final class Output {
    private static final Pattern TIME = Pattern.compile("\\b(\\d\\d:\\d\\d:\\d\\d\\.\\d{3}) ");

    private final List<Line> lines = new ArrayList<>();
    private final List<Thread> readers = new ArrayList<>();

    record Line(long nanos, String text) {}

    Output(Process process) {
        read(process.getInputStream(), "stdout");
        read(process.getErrorStream(), "stderr");
    }

    private void read(InputStream stream, String name) {
        Thread reader = new Thread(() -> readToEnd(stream), "output-" + name);
        reader.setDaemon(true);
        reader.start();
        readers.add(reader);
    }

    private void readToEnd(InputStream stream) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String text = in.readLine(); text != null; text = in.readLine()) {
                add(new Line(System.nanoTime() - ageNanos(text), text));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what a process prints", e);
        }
    }

    private static long ageNanos(String line) {
        Matcher time = TIME.matcher(line);
        if (!time.find()) {
            return 0;
        }
        long age = LocalTime.parse(time.group(1)).until(LocalTime.now(ZoneId.systemDefault()), ChronoUnit.NANOS);
        return Math.floorMod(age, TimeUnit.DAYS.toNanos(1));
    }

    private synchronized void add(Line line) {
        lines.add(line);
    }

    /** Waits until everybody who could print has ended. */
    void awaitEnd() {
        for (Thread reader : readers) {
            try {
                reader.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for the end of an output", e);
            }
        }
    }

    synchronized List<Line> linesFrom(int index) {
        return List.copyOf(lines.subList(index, lines.size()));
    }

    /** What was printed between two moments of the monotonic clock, each line with its moment. */
    synchronized List<Line> between(long fromNanos, long toNanos) {
        return lines.stream()
                .filter(line -> line.nanos - fromNanos >= 0 && toNanos - line.nanos >= 0)
                .toList();
    }

    /** All of it. */
    public synchronized String text() {
        return lines.stream().map(Line::text).collect(Collectors.joining("\n"));
    }
}
