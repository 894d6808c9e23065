package dev.handoff.master;

import dev.handoff.process.ExitStatus;
import dev.handoff.process.ExitStatus.Signaled;
import dev.handoff.process.Signal;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says why a worker's process ended, for people, from what is known of its end. */
final class ExitCause {
    private static final Pattern COMPLAINT = Pattern.compile("((?:Error|ERROR|Exception in|Caused by)\\b.*)");
    private static final Pattern CRASH_REPORT = Pattern.compile("# *(/.*hs_err.*)");

    /** What the JVM prints where {@code -XX:+ExitOnOutOfMemoryError} ends it; a program may exit with 3 for itself. */
    private static final String OUT_OF_MEMORY = "Terminating due to java.lang.OutOfMemoryError";

    private static final Pattern PORT_IN_USE = Pattern.compile("BindException|Address already in use");

    private ExitCause() {}

    /**
     * The cause.
     *
     * @param asked whether it had been asked to leave
     * @param saidHello whether it had come so far
     * @param killedByUs whether the master had sent KILL
     * @param outOfMemory whether the kernel has killed for want of memory since it was looked at last
     * @param lastLines what it printed last
     */
    static String of(
            ExitStatus status,
            boolean asked,
            boolean saidHello,
            boolean killedByUs,
            boolean outOfMemory,
            List<String> lastLines) {
        String cause = status instanceof Signaled signaled
                ? signalled(signaled.signal(), asked, killedByUs, outOfMemory, lastLines)
                : exited(status, asked, saidHello, lastLines);
        return saidHello ? cause : cause + portInUse(lastLines);
    }

    /** Each JVM that is started with the same options, the master's first, wants the same port. */
    private static String portInUse(List<String> lastLines) {
        boolean inUse =
                lastLines.stream().anyMatch(line -> PORT_IN_USE.matcher(line).find());
        return inUse
                ? "; if an agent among its JVM options listens on a port, each worker needs another: say so with the"
                        + " settings jvm.drop and jvm.add, where {port:9400} is the next free one"
                : "";
    }

    private static String exited(ExitStatus status, boolean asked, boolean saidHello, List<String> lastLines) {
        return switch (status.code()) {
            case 0 -> asked ? "drained" : "left by itself";
            case 1, 2 -> saidHello ? "uncaught exception" + quoted(COMPLAINT, lastLines) : notStarted(lastLines);
            case 3 ->
                lastLines.stream().anyMatch(line -> line.startsWith(OUT_OF_MEMORY))
                        ? "out of memory: heap"
                        : status.toString();
            case 70 -> "wire version";
            case 71 -> "master gone";
            case 72 -> "start threw";
            default -> status.toString();
        };
    }

    /** The launcher's complaints have no common form: where none is known, its last word will be it. */
    private static String notStarted(List<String> lastLines) {
        String complaint = quoted(COMPLAINT, lastLines);
        boolean lastWord = complaint.isEmpty() && !lastLines.isEmpty();
        return "JVM did not start" + (lastWord ? ": " + lastLines.get(lastLines.size() - 1) : complaint);
    }

    private static String signalled(
            Signal signal, boolean asked, boolean killedByUs, boolean outOfMemory, List<String> lastLines) {
        return switch (signal) {
            case ABRT -> "JVM crash" + quoted(CRASH_REPORT, lastLines);
            case KILL -> killedByUs ? "killed by us" : outOfMemory ? "out of memory: kernel" : "killed from outside";
            case TERM -> asked ? "terminated" : "terminated from outside";
            default -> "signal " + signal;
        };
    }

    /** The first line that the pattern fits: what its group has caught of it. */
    private static String quoted(Pattern pattern, List<String> lines) {
        return lines.stream()
                .map(pattern::matcher)
                .filter(Matcher::matches)
                .findFirst()
                .map(matcher -> ": " + matcher.group(1))
                .orElse("");
    }
}
