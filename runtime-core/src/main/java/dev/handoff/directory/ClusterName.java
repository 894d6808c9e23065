package dev.handoff.directory;

import dev.handoff.cluster.StartException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The names under which a cluster may appear, the best first. A name that was given is a lock: a second master of that
 * name is refused. One that was made up gives way.
 *
 * @param candidates one or two, each 1 to 32 of a-z, 0-9 and -
 */
record ClusterName(List<String> candidates) {
    private static final int LONGEST = 32;
    private static final Pattern VALID = Pattern.compile("[a-z0-9-]{1," + LONGEST + "}");

    /**
     * A name that was chosen.
     *
     * @throws StartException if it is none
     */
    static ClusterName given(String name) {
        if (!VALID.matcher(name).matches()) {
            throw new StartException(
                    StartException.WRONG_SETTING,
                    "the cluster cannot be named '" + name + "': 1 to 32 of a-z, 0-9 and - are allowed");
        }
        return new ClusterName(List.of(name));
    }

    /** The program's name made to fit, and the same with the process's id for a second one beside it. */
    static ClusterName of(String program, long pid) {
        String name =
                program.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        String found = name.isEmpty() ? "handoff" : name;
        String suffix = "-" + pid;
        return new ClusterName(List.of(cut(found, LONGEST), cut(found, LONGEST - suffix.length()) + suffix));
    }

    private static String cut(String text, int length) {
        return text.substring(0, Math.min(length, text.length()));
    }
}
