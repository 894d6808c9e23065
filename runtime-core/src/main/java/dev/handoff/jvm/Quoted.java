package dev.handoff.jvm;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Options in an environment variable: words between white space; quotes of either kind keep it, nothing escapes. */
public final class Quoted {
    private static final Pattern WORD = Pattern.compile("(?:\"[^\"]*\"?|'[^']*'?|[^\\s\"'])+");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"?|'([^']*)'?");

    private static final Pattern PLAIN = Pattern.compile("[^\\s\"']+");

    private Quoted() {}

    /** The words of a text. */
    public static List<String> split(String text) {
        return WORD.matcher(text)
                .results()
                .map(word -> QUOTED.matcher(word.group()).replaceAll("$1$2"))
                .toList();
    }

    /** The words as one text that {@link #split} takes apart into the same words. */
    public static String join(List<String> words) {
        return words.stream().map(Quoted::quote).collect(Collectors.joining(" "));
    }

    private static String quote(String word) {
        return PLAIN.matcher(word).matches() ? word : '"' + word.replace("\"", "\"'\"'\"") + '"';
    }
}
