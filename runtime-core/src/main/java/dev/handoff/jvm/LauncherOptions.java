package dev.handoff.jvm;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** How the {@code java} launcher reads its words: which options take the next word as their value. */
public final class LauncherOptions {
    private static final Set<String> CLASS_PATH = Set.of("-cp", "-classpath", "--class-path");

    /** Of JDK 17 to 25; the JVM's other long options take {@code =value} only. */
    private static final Set<String> WITH_VALUE = Set.of(
            "-cp",
            "-classpath",
            "--class-path",
            "-p",
            "--module-path",
            "--upgrade-module-path",
            "--add-modules",
            "--limit-modules",
            "--enable-native-access",
            "--add-exports",
            "--add-opens",
            "--add-reads",
            "--patch-module",
            "--source",
            "-d",
            "--describe-module");

    private LauncherOptions() {}

    /** Whether the word after this one is its value. The main options -m and --module are not among them. */
    static boolean takesValue(String word) {
        return WITH_VALUE.contains(word);
    }

    static boolean isClassPath(String word) {
        return CLASS_PATH.contains(word) || word.startsWith("--class-path=");
    }

    static boolean isSource(String word) {
        return word.equals("--source") || word.startsWith("--source=");
    }

    /** Words put together to options: one word, or two where the second is the first one's value. */
    public static List<List<String>> grouped(List<String> words) {
        List<List<String>> options = new ArrayList<>();
        for (int next = 0; next < words.size(); ) {
            int end = takesValue(words.get(next)) ? Math.min(next + 2, words.size()) : next + 1;
            options.add(List.copyOf(words.subList(next, end)));
            next = end;
        }
        return options;
    }
}
