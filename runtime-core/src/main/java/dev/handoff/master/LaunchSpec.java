package dev.handoff.master;

import java.nio.file.Path;
import java.util.HashMap;
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
 * @param role what makes it a worker; wins over everything else in the environment
 */
record LaunchSpec(
        int workerId,
        List<String> command,
        Optional<Path> directory,
        Map<String, String> environment,
        Map<String, String> role) {

    LaunchSpec {
        if (command.isEmpty()) {
            throw new IllegalArgumentException("the command of worker " + workerId + " is empty");
        }
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        role = Map.copyOf(role);
    }

    /** What is put over the master's own environment. */
    Map<String, String> addedEnvironment() {
        Map<String, String> added = new HashMap<>(environment);
        added.putAll(role);
        return added;
    }
}
