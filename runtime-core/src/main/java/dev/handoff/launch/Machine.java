package dev.handoff.launch;

import com.sun.management.OperatingSystemMXBean;
import dev.handoff.process.spi.Logs;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;

/**
 * What there is to divide.
 *
 * @param memory bytes: the machine's, or the limit of our cgroup where that is less
 * @param limited whether it is a cgroup's limit
 * @param cpus processors that we may use, at least 1
 */
public record Machine(long memory, boolean limited, int cpus) {
    private static final Logger LOG = Logs.of(Machine.class);

    /** What this process has of the machine that it runs on. */
    public static Machine ofThisProcess() {
        long memory =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        return new Machine(memory, memory < installed(), Runtime.getRuntime().availableProcessors());
    }

    private static long installed() {
        try {
            return Files.readAllLines(Path.of("/proc/meminfo")).stream()
                    .filter(line -> line.startsWith("MemTotal:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            LOG.debug("cannot tell the machine's memory from a cgroup's limit", e);
            return 0;
        }
    }
}
