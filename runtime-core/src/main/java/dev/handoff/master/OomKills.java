package dev.handoff.master;

import dev.handoff.process.spi.Logs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;

/**
 * How many processes the kernel has killed for want of memory, in whatever cgroup: {@code oom_kill} of /proc/vmstat. If
 * that has risen when a worker was killed, it is most likely one of them.
 */
final class OomKills {
    private static final Logger LOG = Logs.of(OomKills.class);
    private static final Path COUNTERS = Path.of("/proc/vmstat");
    private static final String NAME = "oom_kill ";

    private long known = read();

    /** Whether there was one since this was asked last. */
    boolean haveRisen() {
        long before = known;
        known = read();
        return known > before;
    }

    private static long read() {
        try {
            return Files.readAllLines(COUNTERS).stream()
                    .filter(line -> line.startsWith(NAME))
                    .mapToLong(line -> Long.parseLong(line.substring(NAME.length())))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            LOG.debug("cannot read {}: kills for want of memory look like any other", COUNTERS, e);
            return 0;
        }
    }
}
