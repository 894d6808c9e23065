package dev.handoff.child;

import dev.handoff.unix.PathBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Where a command is that was named without a slash: in the PATH of its own environment, as execvp(3) looks for it and as
 * Node documents. The JDK looks in the PATH that the JVM was started with.
 */
final class CommandLookup {
    /** Where execvp(3) looks without a PATH. */
    static final String DEFAULT_PATH = "/usr/bin:/bin";

    static final String PATH = "PATH";

    private final String path;
    private final Path directory;

    /**
     * A lookup.
     *
     * @param path directories, separated by colons
     * @param directory where an entry of the path is looked up that is relative, be it an empty one
     */
    CommandLookup(String path, Path directory) {
        this.path = path;
        this.directory = directory;
    }

    /** That for one child: what is relative in its PATH is meant from the child's directory. */
    static CommandLookup of(ProcessSpec child) {
        Map<String, String> environment = child.environment();
        return new CommandLookup(
                environment.getOrDefault(PATH, DEFAULT_PATH),
                child.directory().orElse(Path.of("")).toAbsolutePath());
    }

    /**
     * The path of a command.
     *
     * @param command a name without a slash
     * @throws IOException if there is no such command
     */
    Path find(String command) throws IOException {
        List<Path> candidates = Arrays.stream(path.split(":", -1))
                .map(entry -> directory.resolve(PathBytes.path(entry)).resolve(PathBytes.path(command)))
                .filter(Files::isRegularFile)
                .toList();
        return candidates.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .or(() -> candidates.stream().findFirst())
                .orElseThrow(
                        () -> new IOException("there is no '" + command + "' in the PATH of its environment, " + path));
    }
}
