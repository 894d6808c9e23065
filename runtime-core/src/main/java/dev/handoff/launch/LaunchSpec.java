package dev.handoff.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One process to start.
 *
 * @param workerId names its threads and appears in messages; never reused
 * @param command program and arguments, at least the program
 * @param directory its working directory; empty: the master's
 * @param environment what its generation adds to the master's own environment ({@link
 *     dev.handoff.process.CurrentProcess#env()}), or replaces in it
 */
public record LaunchSpec(
        int workerId, List<String> command, Optional<Path> directory, Map<String, String> environment) {

    /** Checks the command, and keeps copies. */
    public LaunchSpec {
        if (command.isEmpty()) {
            throw new IllegalArgumentException("the command of worker " + workerId + " is empty");
        }
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
