package dev.handoff.directory;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.handoff.wire.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who says in a lock file that it is the master. The lock alone decides; this is for messages, and to know whether
 * waiting for it makes sense.
 *
 * @param pid the master's process
 * @param start when it started, in clock ticks since boot
 * @param boot the kernel's id of that boot
 */
record LockHolder(long pid, long start, String boot) {
    private static final Pattern TEXT = Pattern.compile("pid (\\d{1,18})\nstart (\\d{1,18})\nboot (\\S+)\n");

    private static final int LONGEST = 200;

    static LockHolder ourselves() throws IOException {
        long pid = ProcessHandle.current().pid();
        return new LockHolder(pid, Role.startOf(pid), bootId());
    }

    /** Empty if nothing readable stands there: another process is about to write it, or has removed it. */
    static Optional<LockHolder> read(Path file) throws IOException {
        try {
            Matcher text = TEXT.matcher(Files.readString(file, ISO_8859_1));
            return text.matches()
                    ? Optional.of(
                            new LockHolder(Long.parseLong(text.group(1)), Long.parseLong(text.group(2)), text.group(3)))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Whether a file may be a lock file: it says who holds it, or nothing yet. */
    static boolean isLockFile(Path file) throws IOException {
        try {
            long size = Files.size(file);
            return size == 0 || (size <= LONGEST && read(file).isPresent());
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    void write(Path file) throws IOException {
        Files.write(file, ("pid " + pid + "\nstart " + start + "\nboot " + boot + "\n").getBytes(UTF_8));
    }

    boolean isAlive() throws IOException {
        return boot.equals(bootId()) && Role.startOf(pid) == start;
    }

    private static String bootId() throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    }
}
