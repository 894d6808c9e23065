package dev.handoff.acceptor;

import dev.handoff.cluster.StartException;
import java.util.Set;

/** Where a server can run, with workers or without: Linux, on x86_64 and aarch64. */
public final class Platform {
    private static final Set<String> ARCHITECTURES = Set.of("amd64", "x86_64", "aarch64");

    /** What the JDK puts where bytes are no character. */
    private static final char LOST = '\ufffd';

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
        checkDirectory(System.getProperty("user.dir"), System.getProperty("sun.jnu.encoding"));
    }

    /**
     * Checks the directory in which this JVM was started: where the JDK has lost its name, the JDK's own classes fail.
     *
     * @param encoding the locale's
     * @throws StartException with exit code 13
     */
    static void checkDirectory(String directory, String encoding) {
        if (directory.indexOf(LOST) >= 0) {
            throw new StartException(
                    StartException.PLATFORM,
                    "cannot run in the directory " + directory + ": the locale's encoding, " + encoding
                            + ", has not all characters of its name, and a JVM's own classes fail there; start with LC_ALL=C.UTF-8");
        }
    }
}
