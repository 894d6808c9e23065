package dev.handoff.child;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a command is that was named without a slash: in the PATH of its own environment, as execvp(3) looks for it and as
 * Node documents. The JDK looks in the PATH that the JVM was started with.
 */
final class CommandLookup {
    /** Where execvp(3) looks without a PATH. */
    private static final String DEFAULT_PATH = "/usr/bin:/bin";

    private final String path;
    private final Path directory;

    /**
     * The lookup for one child.
     *
     * @param environment the child's
     * @param directory the child's; what is relative in a PATH, an empty entry too, is looked for there
     */
    CommandLookup(Map<String, String> environment, Path directory) {
        this.path = environment.getOrDefault("PATH", DEFAULT_PATH);
        this.directory = directory;
    }

    /**
     * The path of a command.
     *
     * @param command with a slash, it stays as it is
     * @throws IOException if there is no such command
     */
    String find(String command) throws IOException {
        if (command.contains("/")) {
            return command;
        }
        List<Path> candidates = Arrays.stream(path.split(":", -1))
                .flatMap(entry -> candidate(entry, command).stream())
                .filter(Files::isRegularFile)
                .toList();
        return candidates.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .or(() -> candidates.stream().findFirst())
                .map(Path::toString)
                .orElseThrow(
                        () -> new IOException("there is no '" + command + "' in the PATH of its environment, " + path));
    }

    /** Empty where no file can be. */
    private Optional<Path> candidate(String entry, String command) {
        try {
            return Optional.of(directory.resolve(entry).resolve(command));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
