package dev.handoff.jvm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Flags with which a JVM writes text into a pipe to this process in the encoding that this process reads there, where the
 * locale has another one: under {@code LC_ALL=C} it would write question marks. What is typed behind them wins.
 */
public final class OutputEncoding {
    private static final int DEFAULT_IS_UTF_8 = 18;

    private OutputEncoding() {}

    /** Those for {@code System.out} and {@code System.err}: up to JDK 18 the properties had another name. */
    public static List<String> ofStreams(Charset read) {
        return PlatformText.jdk().equals(read)
                ? List.of()
                : Stream.of("stdout.encoding", "stderr.encoding", "sun.stdout.encoding", "sun.stderr.encoding")
                        .map(property -> "-D" + property + "=" + read.name())
                        .toList();
    }

    /** Those for a worker, all of whose output is read as UTF-8, that of logging libraries too: these use the default charset. */
    public static List<String> ofWorker(int javaFeature) {
        List<String> flags = new ArrayList<>(ofStreams(UTF_8));
        if (!flags.isEmpty() && javaFeature < DEFAULT_IS_UTF_8) {
            flags.add("-Dfile.encoding=UTF-8");
        }
        return flags;
    }
}
