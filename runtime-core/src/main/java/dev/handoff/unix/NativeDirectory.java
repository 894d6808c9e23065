package dev.handoff.unix;

import dev.handoff.process.spi.Logs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;

/**
 * The directory where JNR and Netty unpack their native code. That is the directory for temporary files. If it is mounted {@code noexec},
 * no code can be loaded from it: then it is another directory, which is set in the libraries' system properties. A value that the operator
 * has set is not changed.
 */
public final class NativeDirectory {
    private static final Logger LOG = Logs.of(NativeDirectory.class);
    private static final List<String> PROPERTIES = List.of("jffi.extract.dir", "io.netty.native.workdir");
    private static final Optional<Path> CHOSEN = choose();

    private NativeDirectory() {}

    /** Sets the properties, which the libraries read when they are loaded. */
    static void prepare() {
        CHOSEN.ifPresent(directory -> PROPERTIES.stream()
                .filter(property -> System.getProperty(property) == null)
                .forEach(property -> System.setProperty(property, directory.toString())));
    }

    /** The properties as options for another JVM; none if it needs none. */
    public static List<String> options() {
        return CHOSEN.isEmpty()
                ? List.of()
                : PROPERTIES.stream()
                        .map(property -> "-D" + property + "=" + System.getProperty(property, "" + CHOSEN.get()))
                        .toList();
    }

    private static Optional<Path> choose() {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
        Predicate<Path> refuses = mountsWithoutExecution(mounts());
        if (PROPERTIES.stream().allMatch(property -> System.getProperty(property) != null)
                || !refuses.test(temporary)) {
            return Optional.empty();
        }
        List<Path> others = Stream.of("/var/tmp", "/dev/shm", System.getProperty("user.home", "/"), "")
                .map(Path::of)
                .map(Path::toAbsolutePath)
                .toList();
        Optional<Path> usable = others.stream()
                .filter(directory -> Files.isDirectory(directory) && Files.isWritable(directory))
                .filter(directory -> !refuses.test(directory))
                .findFirst();
        usable.ifPresentOrElse(
                directory -> LOG.info("{} is mounted noexec: native code is unpacked in {}", temporary, directory),
                () -> LOG.error(
                        "{} is mounted noexec, and none of {} can be used: no native code can be loaded; name a directory"
                                + " that can with -D{}=… and -D{}=…",
                        temporary,
                        others,
                        PROPERTIES.get(0),
                        PROPERTIES.get(1)));
        return usable;
    }

    private static List<String> mounts() {
        try {
            return Files.readAllLines(Path.of("/proc/self/mountinfo"));
        } catch (IOException e) {
            LOG.debug("cannot tell what is mounted noexec", e);
            return List.of();
        }
    }

    /**
     * Whether a path is in a file system from which nothing can be executed.
     *
     * @param mountinfo its lines, see proc_pid_mountinfo(5)
     */
    static Predicate<Path> mountsWithoutExecution(List<String> mountinfo) {
        return path -> {
            Path place = real(path);
            Path nearest = Path.of("/");
            boolean refuses = false;
            for (String line : mountinfo) {
                List<String> fields = Arrays.asList(line.split(" ", -1));
                Path point = fields.size() > 5 ? PathBytes.path(unescaped(fields.get(4))) : place.resolve("none");
                if (place.startsWith(point) && point.getNameCount() >= nearest.getNameCount()) {
                    nearest = point; // a later line covers an earlier one
                    refuses = List.of(fields.get(5).split(",", -1)).contains("noexec");
                }
            }
            return refuses;
        };
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.toAbsolutePath();
        }
    }

    private static String unescaped(String field) {
        return field.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }
}
