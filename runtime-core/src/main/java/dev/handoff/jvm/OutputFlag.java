package dev.handoff.jvm;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A JVM option that names a file which the JVM writes, taken apart: a log, a recording, a dump, a report.
 *
 * @param before what stands before the file's name, a quote included
 * @param file the name, without quotes
 * @param after what stands behind it
 */
public record OutputFlag(String before, String file, String after) {
    private static final String QUOTED_OR_PLAIN = "(?:\"[^\"]*\"|[^:\"]*)";
    private static final String RECORDING = "-XX:StartFlightRecording";

    private static final Pattern LOG = Pattern.compile(
            "(-Xlog:" + QUOTED_OR_PLAIN
                    + ":(?!\"?(?:stdout|stderr)(?:[:\"]|$))(?:file=)?\"?)((?<=\")[^\"]+|[^:\"]+)(.*)",
            Pattern.DOTALL);
    private static final Pattern FILE =
            Pattern.compile("(-Xloggc:|-XX:(?:HeapDumpPath|ErrorFile|LogFile|ReplayDataFile)=)(.+)()", Pattern.DOTALL);
    private static final Pattern OF_RECORDING =
            Pattern.compile("(" + RECORDING + "[=:](?:.*,)?filename=)([^,]+)(.*)", Pattern.DOTALL);

    /** Takes an option apart; empty if it is something else. */
    public static Optional<OutputFlag> parse(String option) {
        return Stream.of(LOG, FILE, OF_RECORDING)
                .map(pattern -> pattern.matcher(option))
                .filter(Matcher::matches)
                .findFirst()
                .map(found -> new OutputFlag(found.group(1), found.group(2), found.group(3)));
    }

    /** Whether it is a recording of Flight Recorder, in whose name {@code %p} stops the JVM on 17. */
    public boolean isRecording() {
        return before.startsWith(RECORDING);
    }

    /** The same option with another file. */
    public String withFile(String other) {
        return before + other + after;
    }
}
