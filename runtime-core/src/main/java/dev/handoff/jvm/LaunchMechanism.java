package dev.handoff.jvm;

import dev.handoff.unix.Pipe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** How the JDK starts processes, without what it does to those that run for long. */
public final class LaunchMechanism {
    private static final String PROPERTY = "jdk.lang.Process.launchMechanism";

    /**
     * What a start needs for a moment: eight descriptors, three for redirected files, four for the JDK's pipes to the new
     * process, and in that one the list of what it inherited.
     */
    private static final int PIPES_NEEDED = 4;

    private LaunchMechanism() {}

    /**
     * Starts a process whose input and outputs are redirected to or from files.
     *
     * @throws IOException if it cannot be started
     */
    public static Process start(ProcessBuilder builder) throws IOException {
        survivePatchedJdk();
        refuseWithoutRoom();
        return builder.start();
    }

    /**
     * The JDK's default goes through a helper program of the JDK on disk, which refuses to serve a JVM of another
     * version: once the JDK is upgraded in place, a long-lived process could never start a child again. Plain fork
     * needs no file. Read by the JDK once, at its first spawn; what the operator said stays.
     */
    private static void survivePatchedJdk() {
        if (System.getProperty(PROPERTY) == null) {
            System.setProperty(PROPERTY, "FORK");
        }
    }

    /**
     * A start that fails for want of a descriptor leaves one or two of the JDK's open, on 17 as on 25: whoever tries again
     * would make of a passing shortage one that stays.
     */
    private static void refuseWithoutRoom() throws IOException {
        List<Pipe> room = new ArrayList<>();
        try {
            for (int count = 0; count < PIPES_NEEDED; count++) {
                room.add(Pipe.open());
            }
        } finally {
            room.forEach(Pipe::close);
        }
    }
}
