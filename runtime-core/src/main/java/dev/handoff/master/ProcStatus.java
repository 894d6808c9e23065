package dev.handoff.master;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.handoff.unix.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel says of a process at one moment; proc(5). Two of them tell a worker that is stopped or starved from
 * one that is stuck.
 *
 * @param pid its id
 * @param state a letter: R running, S sleeping, D in the kernel and unkillable, T stopped, t traced, Z ended
 * @param cpu processor time used by all its threads so far, in steps of 10 ms
 * @param startTicks when it started, in clock ticks since boot: with the pid its identity
 * @param tracerPid the process that debugs it, or 0
 * @param rssBytes memory in use
 * @param runDelays how long each thread has waited for a processor so far, by thread id; empty if the kernel does not
 *     keep account
 */
record ProcStatus(
        long pid,
        char state,
        Duration cpu,
        long startTicks,
        long tracerPid,
        long rssBytes,
        Map<Long, Duration> runDelays) {
    /** USER_HZ is 100 on every architecture that we run on. */
    private static final double MIB = 1 << 20;

    private static final Duration TICK = Duration.ofMillis(10);

    // Fields of stat, counted from 1 as in the manual page.
    private static final int STATE = 3;
    private static final int USER_TIME = 14;
    private static final int SYSTEM_TIME = 15;
    private static final int START_TIME = 22;

    ProcStatus {
        runDelays = Map.copyOf(runDelays);
    }

    /** Empty if there is no such process, or no longer. */
    static Optional<ProcStatus> read(long pid) {
        return read(Path.of("/proc", Long.toString(pid)), pid);
    }

    static Optional<ProcStatus> read(Path directory, long pid) {
        try {
            // Both have the process's name, whose bytes may be anything.
            String stat = Files.readString(directory.resolve("stat"), ISO_8859_1);
            String status = Files.readString(directory.resolve("status"), ISO_8859_1);
            return Optional.of(parse(pid, stat, status, runDelays(directory)));
        } catch (IOException e) {
            return Optional.empty(); // a process may end between any two of these reads; the error then varies
        }
    }

    private static ProcStatus parse(long pid, String stat, String status, Map<Long, Duration> runDelays) {
        // Field 2, the name in parentheses, may contain anything: count from its end.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ", -1);
        long ticks = field(fields, USER_TIME) + field(fields, SYSTEM_TIME);
        return new ProcStatus(
                pid,
                fields[STATE - STATE].charAt(0),
                TICK.multipliedBy(ticks),
                field(fields, START_TIME),
                line(status, "TracerPid"),
                line(status, "VmRSS") * 1024,
                runDelays);
    }

    private static long field(String[] fields, int number) {
        return Long.parseLong(fields[number - STATE]);
    }

    /** The number in a line; 0 if there is none, as memory of a process that has ended. */
    private static long line(String status, String name) {
        Matcher line =
                Pattern.compile("^" + name + ":\\s*(\\d+)", Pattern.MULTILINE).matcher(status);
        return line.find() ? Long.parseLong(line.group(1)) : 0;
    }

    private static Map<Long, Duration> runDelays(Path directory) throws IOException {
        Map<Long, Duration> delays = new HashMap<>();
        for (Path thread : Directories.contents(directory.resolve("task"))) {
            runDelay(thread).ifPresent(delay -> delays.put(threadId(thread), delay));
        }
        return delays;
    }

    private static long threadId(Path thread) {
        return Long.parseLong(String.valueOf(thread.getFileName()));
    }

    private static Optional<Duration> runDelay(Path thread) throws IOException {
        try {
            String[] numbers = Files.readString(thread.resolve("schedstat")).split(" ", -1);
            return Optional.of(Duration.ofNanos(Long.parseLong(numbers[1])));
        } catch (NoSuchFileException e) {
            return Optional.empty(); // the thread has ended, or the kernel keeps no account
        }
    }

    /** Whether this is the same process as before, and not another that got its id. */
    boolean isSameProcess(ProcStatus other) {
        return pid == other.pid && startTicks == other.startTicks;
    }

    boolean isStopped() {
        return state == 'T' || state == 't';
    }

    /** Whether a debugger holds it: then silence means nothing. */
    boolean isTraced() {
        return tracerPid != 0;
    }

    /** Processor time used since then. */
    Duration cpuSince(ProcStatus earlier) {
        return cpu.minus(earlier.cpu);
    }

    /**
     * The longest that any one thread has waited for a processor since then. More than half of a silence: the process
     * was starved, not stuck.
     */
    Duration runDelaySince(ProcStatus earlier) {
        return runDelays.entrySet().stream()
                .map(thread -> thread.getValue().minus(earlier.runDelays.getOrDefault(thread.getKey(), Duration.ZERO)))
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /** For a log line: {@code state S, 12340 ms of processor time, 71 MiB}. */
    @Override
    public String toString() {
        return "state " + state + ", " + cpu.toMillis() + " ms of processor time, " + Math.round(rssBytes / MIB)
                + " MiB";
    }
}
