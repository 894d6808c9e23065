package dev.handoff.jvm;

import java.util.List;
import java.util.stream.Stream;

/** Variables with options in them that a JVM reads beside its command line; see "The java Command" and JVM TI. */
public final class OptionVariables {
    /** Read before the command line, after the file of its name. */
    public static final List<String> BEFORE = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS");

    /** Read by HotSpot after the command line, so that it wins over everything. */
    public static final String AFTER = "_JAVA_OPTIONS";

    /** All of them. */
    public static final List<String> NAMES =
            Stream.concat(BEFORE.stream(), Stream.of(AFTER)).toList();

    private OptionVariables() {}
}
