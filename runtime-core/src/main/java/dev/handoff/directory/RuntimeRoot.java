package dev.handoff.directory;

import dev.handoff.process.spi.Logs;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;

/** Where runtime directories may be, and whether a directory is safe: who can write there can be a worker or a master. */
final class RuntimeRoot {
    private static final Logger LOG = Logs.of(RuntimeRoot.class);
    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int STICKY = 01000;
    private static final int OPEN_TO_OTHERS = 0077;

    private RuntimeRoot() {}

    /**
     * The places to look at, the best first. A place that was set is the only one.
     *
     * @param setting what the user said
     * @param environment the process's
     * @param uid the process's user
     * @param temporary the directory for temporary files
     */
    static List<Path> candidates(Optional<Path> setting, Map<String, String> environment, long uid, Path temporary) {
        if (setting.isPresent()) {
            return List.of(setting.get().toAbsolutePath());
        }
        List<Path> candidates = new ArrayList<>();
        // systemd gives several as a:b
        variable(environment, "RUNTIME_DIRECTORY")
                .flatMap(text -> path(text.split(":", 2)[0]))
                .ifPresent(candidates::add);
        if (uid == 0) {
            candidates.add(Path.of("/run/handoff"));
        }
        variable(environment, "XDG_RUNTIME_DIR")
                .flatMap(text -> path(text).map(directory -> directory.resolve("handoff")))
                .ifPresent(candidates::add);
        candidates.add(temporary.resolve("handoff-" + uid));
        return candidates.stream().map(Path::toAbsolutePath).toList();
    }

    /** Those of this process. */
    static List<Path> candidates(Optional<Path> setting) throws IOException {
        return candidates(setting, System.getenv(), ourUid(), Path.of(System.getProperty("java.io.tmpdir")));
    }

    private static Optional<Path> path(String text) {
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            LOG.warn("does not look in '{}': {}; under LC_ALL=C a JVM knows no names but ASCII", text, e.getReason());
            return Optional.empty();
        }
    }

    private static Optional<String> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    static long ourUid() throws IOException {
        return number(Path.of("/proc/self"), "uid");
    }

    /** Makes sure that the directory is there and that no other user but root can put anything in its place or in it. */
    static void prepare(Path root) throws IOException {
        create(root);
        long owner = owner(root);
        if (owner != ourUid() && owner != 0) {
            throw new IOException(root + " belongs to user " + owner);
        }
        long mode = number(root, "mode");
        if ((mode & WRITABLE_BY_OTHERS) != 0 && (mode & STICKY) == 0) {
            throw new IOException(root + " is writable by others (mode " + octal(mode) + ")");
        }
    }

    /** Makes sure that a cluster's directory is there, ours, and closed to all other users. */
    static void prepareOwn(Path directory) throws IOException {
        create(directory);
        long owner = owner(directory);
        if (owner != ourUid()) {
            throw new IOException(directory + " belongs to user " + owner);
        }
        long mode = number(directory, "mode");
        if ((mode & OPEN_TO_OTHERS) != 0) {
            throw new IOException(directory + " is open to others (mode " + octal(mode) + "): remove it");
        }
    }

    private static void create(Path directory) throws IOException {
        try {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(directory + " is a symbolic link or no directory", e);
            }
        } catch (NoSuchFileException e) {
            throw new IOException(directory.getParent() + " does not exist", e);
        }
    }

    private static long owner(Path path) throws IOException {
        return number(path, "uid");
    }

    private static long number(Path path, String attribute) throws IOException {
        LinkOption[] links =
                path.startsWith("/proc") ? new LinkOption[0] : new LinkOption[] {LinkOption.NOFOLLOW_LINKS};
        return ((Number) Files.getAttribute(path, "unix:" + attribute, links)).longValue();
    }

    private static String octal(long mode) {
        return Long.toOctalString(mode & 07777);
    }
}
