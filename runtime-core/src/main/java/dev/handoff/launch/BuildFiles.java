package dev.handoff.launch;

import dev.handoff.jvm.CodePaths;
import dev.handoff.process.spi.Logs;
import dev.handoff.unix.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;

/**
 * The files from which the workers of a generation take their code, as they are on disk at one moment: which they are, and when they were
 * written. Immutable.
 */
public final class BuildFiles {
    private static final Logger LOG = Logs.of(BuildFiles.class);

    /** More are not looked at: the supervisor waits for this. */
    private static final int MOST_FILES = 10_000;

    private final Set<Map<String, Object>> identities;
    private final List<Path> files;

    private BuildFiles(Set<Map<String, Object>> identities, List<Path> files) {
        this.identities = identities;
        this.files = files;
    }

    /** Those that a worker started now would have; empty if that cannot be told. */
    public static Optional<BuildFiles> now(Generation generation) {
        try {
            Path directory =
                    generation.settings().directory().orElse(Path.of("")).toAbsolutePath();
            List<String> options = generation.typedFlags().all();
            List<Path> files = new ArrayList<>();
            for (Path path : CodePaths.of(generation.currentCommand(), options, directory)) {
                addAll(path, files);
            }
            return files.size() > MOST_FILES ? Optional.empty() : Optional.of(of(files));
        } catch (IOException | IllegalStateException e) {
            LOG.debug("cannot tell which files generation {} runs", generation.number(), e);
            return Optional.empty();
        }
    }

    private static void addAll(Path path, List<Path> files) throws IOException {
        if (Files.isDirectory(path)) {
            files.addAll(Directories.filesBelow(path, MOST_FILES + 1));
        } else if (Files.exists(path)) {
            files.add(path);
        }
    }

    private static BuildFiles of(List<Path> files) throws IOException {
        Set<Map<String, Object>> identities = new HashSet<>();
        for (Path file : files) {
            identities.add(Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime"));
        }
        return new BuildFiles(identities, files);
    }

    /** Whether these are the very files of another moment, unchanged. */
    public boolean isSameAs(BuildFiles other) {
        return identities.equals(other.identities);
    }

    /** Where the program's own file really lies, links followed. */
    public String place() {
        try {
            return files.isEmpty() ? "" : files.get(0).toRealPath().toString();
        } catch (IOException e) {
            return files.get(0).toString();
        }
    }
}
