package dev.handoff.sample.rig;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Classes of ours, and of the libraries below, that a master loads when its cluster is ready already. A jar that was overwritten in place has
 * none of them any more, and what needs one fails: the stop, the first crash, the first failed system call. So no test may end with one.
 */
final class LateClasses {
    /** Not what lambdas are made of, which lies in no jar, and not what programs have in their masters. */
    private static final Pattern CLASS = Pattern.compile(
            "] ((?:dev\\.handoff\\.(?!sample\\.|examples\\.)|jnr\\.|com\\.kenai\\.|org\\.slf4j\\.)[^ $]*(?:\\$[^ $]+)*) source:");

    /** What workers do without. */
    static final String FLAG = "-Xlog:class+load";

    private final Path log;
    private long loadedInTime = Long.MAX_VALUE;

    /** Those of the master with that process id. */
    LateClasses(Path directory, long master) {
        log = directory.resolve("classes-" + master + ".log");
    }

    /** Flags of a JVM that writes down its classes there. */
    static List<String> flags(Path directory) {
        return List.of(FLAG + "=info:file=" + directory.resolve("classes-%p.log"));
    }

    /** What is loaded from now on is late. */
    void beginOnce() {
        if (loadedInTime == Long.MAX_VALUE) {
            loadedInTime = lines().size();
        }
    }

    void assertNone() {
        assertThat(lines().stream()
                        .skip(loadedInTime)
                        .map(CLASS::matcher)
                        .filter(Matcher::find)
                        .map(line -> line.group(1)))
                .as("classes that the master has loaded when its workers were ready already")
                .isEmpty();
    }

    private List<String> lines() {
        try {
            return Files.exists(log) ? Files.readAllLines(log) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
