package dev.handoff.master;

import dev.handoff.cluster.StartException;
import java.util.Set;

/** Where a cluster can run: Linux, on x86_64 and aarch64. */
final class Platform {
    private static final Set<String> ARCHITECTURES = Set.of("amd64", "x86_64", "aarch64");

    private Platform() {}

    /**
     * Checks one.
     *
     * @param system as in the system property {@code os.name}
     * @param architecture as in {@code os.arch}
     * @throws StartException with exit code 13
     */
    static void check(String system, String architecture) {
        if (!system.equals("Linux") || !ARCHITECTURES.contains(architecture)) {
            throw new StartException(
                    StartException.PLATFORM,
                    "a cluster cannot run on " + system + " " + architecture
                            + ": descriptors are handed over as on Linux, x86_64 or aarch64;"
                            + " elsewhere workers = 0 serves in this process");
        }
    }

    static void checkThisOne() {
        check(System.getProperty("os.name"), System.getProperty("os.arch"));
    }
}
