package dev.handoff.unix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A user that the kernel's limits bind, as they do not bind root: where the tests run as root, one that nothing else runs as, and which may
 * read every file, for the build's may be root's alone.
 */
public final class OrdinaryUser {
    private static final Path PROC = Path.of("/proc");
    private static final long OURS = ours();
    private static final boolean IS_OTHER = OURS == 0;
    private static final long UID = IS_OTHER ? 61_234 : OURS;

    private OrdinaryUser() {}

    private static long ours() {
        try {
            return ((Number) Files.getAttribute(PROC.resolve("self"), "unix:uid")).longValue();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot see who this process runs as", e);
        }
    }

    /** Words to start a program behind, so that it runs as that user. */
    public static List<String> words() {
        return IS_OTHER
                ? List.of(
                        "setpriv",
                        "--reuid",
                        Long.toString(UID),
                        "--clear-groups",
                        "--inh-caps",
                        "-all,+dac_override",
                        "--ambient-caps",
                        "+dac_override")
                : List.of();
    }

    /** Gives it a directory. */
    public static void own(Path directory) {
        if (IS_OTHER) {
            run(Stream.of("chown", "-R", Long.toString(UID), directory.toString()));
        }
    }

    /** Processes and threads that the kernel counts as its own. */
    public static long tasks() {
        long sum = 0;
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                sum += isOfIt(process) ? threads(process) : 0;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the processes", e);
        }
        return sum;
    }

    private static boolean isOfIt(Path process) {
        try {
            return Files.readString(process.resolve("status")).contains("\nUid:\t" + UID + "\t");
        } catch (IOException ended) {
            return false;
        }
    }

    private static long threads(Path process) {
        try (Stream<Path> tasks = Files.list(process.resolve("task"))) {
            return tasks.count();
        } catch (IOException ended) {
            return 0;
        }
    }

    /** Lets a process start tasks until there are so many. */
    public static void limitTasks(long pid, long most) {
        Stream<String> prlimit = Stream.of("prlimit", "--pid", Long.toString(pid), "--nproc=" + most + ":");
        run(Stream.concat(asItself(), prlimit));
    }

    /** Root needs a capability to change others' limits, and a process of the same user does not. */
    private static Stream<String> asItself() {
        return IS_OTHER ? Stream.of("setpriv", "--reuid", Long.toString(UID), "--clear-groups") : Stream.empty();
    }

    private static void run(Stream<String> words) {
        List<String> command = words.toList();
        try {
            assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
                    .as("exit code of %s", command)
                    .isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(command + " is missing, and this test needs it", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + command, e);
        }
    }
}
