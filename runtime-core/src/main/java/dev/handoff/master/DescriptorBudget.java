package dev.handoff.master;

import dev.handoff.acceptor.Acceptor;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.process.spi.Logs;
import dev.handoff.unix.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;

/**
 * How many descriptors a master needs beside those of the program, and how many it may have: with too few it would have ready workers and
 * accept no client. {@code DescriptorBudgetIT} holds the numbers.
 *
 * @param limit how many may be open: {@code RLIMIT_NOFILE}, which the JVM raises to the hard limit at its start
 * @param open how many were open before this cluster opened its own
 * @param listeners how many there are
 * @param eventLoops of each worker
 * @param surge how many workers more than wanted there may be in a roll
 */
record DescriptorBudget(long limit, long open, int listeners, int eventLoops, int surge) {
    private static final Logger LOG = Logs.of(DescriptorBudget.class);

    /** The sockets to which workers connect, what wakes their threads, the lock, and what libraries open on the way. */
    private static final int OF_THE_MASTER = 14;

    /** Two pipes, two channels, and what wakes those who wait for them. Each event loop has a lane besides. */
    private static final int OF_A_WORKER = 7;

    /** Those on their way to a worker: fewer would do, one after the other. */
    private static final int OF_CLIENTS = 16;

    private static final Path OPEN = Path.of("/proc/self/fd");
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final String LIMIT_LINE = "Max open files";

    /** Of this process, before anything of the cluster's is open. */
    static DescriptorBudget ofThisProcess(ClusterSettings settings) {
        return new DescriptorBudget(
                readLimit(),
                countOpen(),
                settings.listeners().size(),
                settings.count(Setting.EVENT_LOOPS),
                settings.count(Setting.ROLL_SURGE));
    }

    private static long countOpen() {
        try {
            return Directories.contents(OPEN).size();
        } catch (IOException e) {
            LOG.warn("cannot count the open descriptors: {}", e.toString());
            return 0;
        }
    }

    private static long readLimit() {
        try {
            return Files.readAllLines(LIMITS).stream()
                    .filter(line -> line.startsWith(LIMIT_LINE))
                    .map(line -> line.substring(LIMIT_LINE.length()).strip().split("\\s+", -1)[0])
                    .filter(soft -> !soft.equals("unlimited"))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElse(Long.MAX_VALUE);
        } catch (IOException e) {
            LOG.warn("cannot read the limit of open descriptors: {}", e.toString());
            return Long.MAX_VALUE;
        }
    }

    /** How many the process has open with so many workers, and must be free besides. */
    long needed(int workers) {
        long ofWorkers = (long) (workers + surge) * (OF_A_WORKER + eventLoops);
        return open + OF_THE_MASTER + listeners + Acceptor.NEEDED_FREE + ofWorkers + OF_CLIENTS;
    }

    /**
     * Whether so many workers cannot be had.
     *
     * @return what is missing, and what to do; empty if nothing is
     */
    Optional<String> refusal(int workers) {
        long needed = needed(workers);
        return needed <= limit
                ? Optional.empty()
                : Optional.of(
                        "this process may have " + limit + " descriptors open, and needs " + needed + " for " + workers
                                + " workers with " + eventLoops
                                + " event loops each; allow more (ulimit -n, LimitNOFILE= of systemd),"
                                + " or take fewer workers");
    }
}
