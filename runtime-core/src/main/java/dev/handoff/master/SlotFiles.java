package dev.handoff.master;

import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of files that a JVM writes, made one worker's own by its slot: {@code gc.log} is {@code gc-slot2.log}. Not by
 * its id, which grows for ever in a crash loop. Names with the process's id in them, and directories, stay.
 */
final class SlotFiles {
    private static final String QUOTED_OR_PLAIN = "(?:\"[^\"]*\"|[^:\"]*)";
    private static final Pattern LOG =
            Pattern.compile("^(-Xlog:" + QUOTED_OR_PLAIN + ":(?:file=)?)(\"[^\"]*\"|[^:\"]+)(.*)", Pattern.DOTALL);
    private static final Pattern FILE =
            Pattern.compile("^(-Xloggc:|-XX:(?:HeapDumpPath|ErrorFile|LogFile|ReplayDataFile)=)(.+)()", Pattern.DOTALL);
    private static final Pattern RECORDING =
            Pattern.compile("^(-XX:StartFlightRecording[=:](?:.*,)?filename=)([^,]+)(.*)", Pattern.DOTALL);

    private final int slot;
    private final Predicate<Path> isDirectory;

    SlotFiles(int slot, Predicate<Path> isDirectory) {
        this.slot = slot;
        this.isDirectory = isDirectory;
    }

    /** The option with another file name in it, or as it is. */
    String rewrite(String option) {
        String log = LOG.matcher(option).replaceFirst(this::rewriteLog);
        String file = FILE.matcher(log)
                .replaceFirst(match -> rewrite(match, !match.group(2).contains("%p")));
        return RECORDING.matcher(file).replaceFirst(match -> rewrite(match, true));
    }

    private String rewriteLog(MatchResult log) {
        String output = log.group(2);
        return rewrite(log, !output.equals("stdout") && !output.equals("stderr") && !output.contains("%p"));
    }

    private String rewrite(MatchResult match, boolean wanted) {
        String name = wanted ? own(match.group(2)) : match.group(2);
        return Matcher.quoteReplacement(match.group(1) + name + match.group(3));
    }

    private String own(String name) {
        if (name.startsWith("\"")) {
            return '"' + own(name.substring(1, name.length() - 1)) + '"';
        }
        return isDirectory.test(Path.of(name)) ? name : withSlot(name);
    }

    private String withSlot(String name) {
        int dot = name.lastIndexOf('.');
        int end = dot > name.lastIndexOf('/') + 1 ? dot : name.length();
        return name.substring(0, end) + "-slot" + slot + name.substring(end);
    }
}
