package dev.handoff.benchmarks;

import java.nio.file.Path;
import java.util.List;

/**
 * One system of the comparison.
 *
 * @param name its name on the command line and in files for machines
 * @param label its name in tables and plots
 * @param program what has to be installed for it
 * @param launch how it is started
 */
record Contender(String name, String label, String program, Launch launch) {
    /** How a system is started. */
    @FunctionalInterface
    interface Launch {
        /**
         * The command that serves until it gets SIGTERM.
         *
         * @param port where to listen, on 127.0.0.1
         * @param directory an empty directory for whatever the system wants to write
         */
        List<String> command(int port, Path directory);
    }

    /** Whether it is Handoff itself. */
    boolean ours() {
        return name.startsWith("handoff");
    }

    /** Whether this machine can run it. */
    boolean installed() {
        return Programs.installed(program);
    }
}
