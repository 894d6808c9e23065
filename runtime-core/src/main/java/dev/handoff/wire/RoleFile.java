package dev.handoff.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.handoff.process.spi.Logs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a parent tells a child: which worker the child is, and where its channel is. It is in a file that only this user can read, and
 * that the child removes when it reads it. The child's command line names the file. The environment would be the wrong place: every
 * program that the child starts inherits it, and a JVM cannot remove a variable.
 *
 * <p>A forked command that does not run this library gets no JVM flag. It finds the same text in an environment variable. That is of no
 * use to its own children, because it is valid for one process only.
 *
 * @param parentPid the parent's process id
 * @param parentStart when the parent started, because pids are reused: see {@link Role#startOf}
 * @param startedAt when the child was about to start, in clock ticks since boot
 * @param workerId the id of the worker that the child becomes; 0 if it only has a channel
 * @param path the file
 */
public record RoleFile(long parentPid, long parentStart, long startedAt, int workerId, Path path) {
    /** The system property that names the file. */
    public static final String PROPERTY = "handoff.role";

    /** The environment variable of a command that does not run this library. */
    public static final String VARIABLE = "HANDOFF_ROLE";

    private static final Logger LOG = Logs.of(RoleFile.class);
    private static final int PARTS = 5;

    /** The process must have started at most that long after {@link #startedAt}: ten seconds. */
    private static final long LATEST_TICKS = 1000;

    /**
     * Writes a file for a child of this process that is about to start.
     *
     * @param path in a directory that only this user can enter
     * @param workerId 0 if the child is no worker
     * @param words names and values, without null bytes
     */
    static RoleFile write(Path path, int workerId, Map<String, String> words) throws IOException {
        RuntimeFiles.remove(path);
        Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                path,
                words.entrySet().stream()
                        .map(word -> word.getKey() + "=" + word.getValue())
                        .collect(Collectors.joining("\0")),
                UTF_8);
        long self = ProcessHandle.current().pid();
        return new RoleFile(self, Role.startOf(self), ticksSinceBoot(), workerId, path.toAbsolutePath());
    }

    /** The flag for the child's JVM. */
    public String jvmFlag() {
        return "-D" + PROPERTY + "=" + text();
    }

    /** Whether a JVM's flag is one that only its own process can use. */
    public static boolean isJvmFlag(String flag) {
        return flag.startsWith("-D" + PROPERTY + "=");
    }

    /** The environment variable for a command that does not run this library. */
    public Map<String, String> environment() {
        return Map.of(VARIABLE, text());
    }

    private String text() {
        return parentPid + ":" + parentStart + ":" + startedAt + ":" + workerId + ":" + path;
    }

    static RoleFile parse(String name, String text) {
        String[] parts = text.split(":", PARTS);
        try {
            return new RoleFile(
                    Long.parseLong(parts[0]),
                    Long.parseLong(parts[1]),
                    Long.parseLong(parts[2]),
                    Integer.parseInt(parts[3]),
                    Path.of(parts[4]));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalStateException(
                    name + " is set to '" + text + "', which no parent sets: remove it, it is not a setting", e);
        }
    }

    /**
     * What this process was told by its parent.
     *
     * @return empty if its parent does not run this library
     * @throws Role.OrphanException if it was started as a worker, but its master is gone
     */
    static synchronized Map<String, String> ofThisProcess() {
        Map<String, String> known = Known.words;
        if (known == null) {
            known = find().map(RoleFile::read).orElse(Map.of());
            System.clearProperty(PROPERTY);
            Known.words = known;
        }
        return known;
    }

    /** Read once: after that the file is gone. */
    private static final class Known {
        private static @Nullable Map<String, String> words;
    }

    private static Optional<RoleFile> find() {
        return Optional.ofNullable(System.getProperty(PROPERTY))
                .map(text -> parse(PROPERTY, text))
                .or(() -> Optional.ofNullable(System.getenv(VARIABLE)).map(text -> parse(VARIABLE, text)));
    }

    private Map<String, String> read() {
        long self = ProcessHandle.current().pid();
        long parent = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
        return isForChildOf(parent, Role.startOf(self)) ? readAndRemove() : Map.of();
    }

    /**
     * Whether it is for that child of its writer, and not for a process that has only inherited the text.
     *
     * @param parent the pid of the parent that the process has now
     * @param start when the process started: a process whose parent is gone has another parent now; its age then shows that it is the
     *     one that was about to start
     * @throws Role.OrphanException if it is for that process, but the parent is gone
     */
    boolean isForChildOf(long parent, long start) {
        boolean lives = Role.startOf(parentPid) == parentStart;
        if (!lives && workerId > 0 && start >= startedAt - 1 && start <= startedAt + LATEST_TICKS) {
            throw new Role.OrphanException(workerId, parentPid);
        }
        return lives && parent == parentPid;
    }

    private Map<String, String> readAndRemove() {
        try {
            String words = Files.readString(path, UTF_8);
            RuntimeFiles.remove(path);
            return parseWords(words);
        } catch (NoSuchFileException e) {
            return gone(e);
        } catch (IOException e) {
            throw new IllegalStateException("cannot read what pid " + parentPid + " tells this process in " + path, e);
        }
    }

    static Map<String, String> parseWords(String words) {
        return Arrays.stream(words.split("\0"))
                .map(word -> word.split("=", 2))
                .filter(word -> word.length == 2)
                .collect(Collectors.toMap(word -> word[0], word -> word[1], (first, second) -> first));
    }

    /** A parent that has given up removes the file with its socket. */
    private Map<String, String> gone(NoSuchFileException why) {
        if (workerId > 0) {
            throw new IllegalStateException(
                    "worker " + workerId + " cannot read its role: " + path
                            + " is gone; what removes files there must leave those of a running cluster alone",
                    why);
        }
        LOG.debug("pid {} has closed the socket for this channel", parentPid, why);
        return ParentAddress.ended(parentPid, parentStart, path).toMap();
    }

    /** As {@link Role#startOf} counts. */
    private static long ticksSinceBoot() throws IOException {
        String uptime = Files.readString(Path.of("/proc/uptime"));
        return Long.parseLong(uptime.substring(0, uptime.indexOf(' ')).replace(".", ""));
    }
}
