package dev.handoff.acceptor;

import dev.handoff.cluster.StartException;
import java.util.Set;

/** Checks where a server can run, with workers or without: on Linux, x86_64 and aarch64. */
public final class Platform {
    private static final Set<String> ARCHITECTURES = Set.of("amd64", "x86_64", "aarch64");

    /** What the JDK puts for bytes that are no character in the locale's encoding. */
    private static final char LOST = '\ufffd';

    private Platform() {}

    /**
     * Checks a platform.
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
     * Checks the platform that this JVM runs on.
     *
     * @throws StartException with exit code 13
     */
    public static void checkThisOne() {
        check(System.getProperty("os.name"), System.getProperty("os.arch"));
        checkDirectory(System.getProperty("user.dir"), System.getProperty("sun.jnu.encoding"));
    }

    /**
     * Checks the directory in which this JVM was started. Where the JDK could not decode its name, the JDK's own classes fail.
     *
     * @param encoding the encoding of the locale
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
