package dev.handoff.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Who spent the machine's CPU time.
 *
 * @param server the process tree of the server
 * @param others everything that is neither the server nor the load nor this program, the time among it that a hypervisor
 *     gave to other machines
 */
record CpuTimes(Duration server, Duration others) {
    /** Of the first line of /proc/stat: user, nice, system, irq, softirq and steal, not idle and iowait (proc(5)). */
    private static final int[] BUSY = {1, 2, 3, 6, 7, 8};

    /** The times up to now, to be compared with later ones. */
    static CpuTimes now(ProcessTree server) {
        ProcessTree ours = new ProcessTree(ProcessHandle.current());
        return new CpuTimes(server.cpu(), machine(readStat()).minus(ours.cpu()));
    }

    /** What has been spent since an earlier moment. */
    CpuTimes since(CpuTimes earlier) {
        return new CpuTimes(server.minus(earlier.server), others.minus(earlier.others));
    }

    /** The time that all cores together were not idle, from the text of /proc/stat. */
    static Duration machine(String stat) {
        String[] fields = stat.lines().findFirst().orElseThrow().split(" +", -1);
        long ticks = 0;
        for (int field : BUSY) {
            ticks += Long.parseLong(fields[field]);
        }
        return ProcessTree.TICK.multipliedBy(ticks);
    }

    private static String readStat() {
        try {
            return Files.readString(Path.of("/proc/stat"));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the machine's CPU time", e);
        }
    }
}
