package dev.handoff.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A process and everything that descends from it, and the CPU time that they have spent.
 *
 * @param root the process at the top
 */
record ProcessTree(ProcessHandle root) {
    /** The unit of times in /proc, which Linux fixes at a hundredth of a second for all but kernel code (times(2)). */
    static final Duration TICK = Duration.ofMillis(10);

    /** {@code utime}, {@code stime}, {@code cutime} and {@code cstime}, counted from the field behind the name (proc(5)). */
    private static final int FIRST_TIME = 11;

    private static final int TIMES = 4;

    /**
     * The CPU time of all processes now alive, in user code and in the kernel, and of the children that they have waited
     * for. A process that ends without its parent's asking is not counted, so that the difference of two calls can only
     * be too small.
     */
    Duration cpu() {
        return TICK.multipliedBy(members().mapToLong(ProcessTree::ticks).sum());
    }

    /** The processes now alive, the root first. */
    Stream<ProcessHandle> members() {
        return Stream.concat(Stream.of(root), root.descendants());
    }

    private static long ticks(ProcessHandle process) {
        try {
            return ticks(Files.readString(Path.of("/proc", "" + process.pid(), "stat")));
        } catch (NoSuchFileException ended) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the CPU time of process " + process.pid(), e);
        }
    }

    /** The ticks told by one line of /proc/PID/stat; the name in it may hold blanks and parentheses. */
    static long ticks(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return LongStream.range(FIRST_TIME, FIRST_TIME + TIMES)
                .map(field -> Long.parseLong(fields[(int) field]))
                .sum();
    }
}
