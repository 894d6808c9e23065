package dev.handoff.acceptor;

import dev.handoff.cluster.StartException;
import java.util.Set;

/** Where a server can run, with workers or without: Linux, on x86_64 and aarch64. */
public final class Platform {
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
                    "cannot run on " + system + " " + architecture
                            + ": sockets are opened and handed over as on Linux, x86_64 or aarch64");
        }
    }

    /**
     * Checks the one that this JVM runs on.
     *
     * @throws StartException with exit code 13
     */
    public static void checkThisOne() {
        check(System.getProperty("os.name"), System.getProperty("os.arch"));
    }
}
