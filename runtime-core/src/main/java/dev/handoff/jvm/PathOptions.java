package dev.handoff.jvm;

import java.io.File;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes the relative paths among a JVM's options absolute, for a JVM that starts in another directory than the one in which they were
 * typed. Covers what the launcher and the JVM read; of system properties only those of the JDK that name files. Immutable.
 */
public final class PathOptions {
    private static final String CLASS_PATH = "CLASSPATH";

    /** Their value is the next word. */
    private static final Set<String> LISTS_BEHIND =
            Set.of("-cp", "-classpath", "--class-path", "-p", "--module-path", "--upgrade-module-path");

    private static final Pattern LIST = Pattern.compile(
            "(--class-path=|--module-path=|--upgrade-module-path=|--patch-module=[^=]*=|-Xbootclasspath/a:"
                    + "|-Djava\\.class\\.path=|-Djava\\.library\\.path=|-XX:SharedArchiveFile=)(.*)",
            Pattern.DOTALL);
    private static final Pattern AGENT = Pattern.compile("(-(?:javaagent|agentpath):)([^=]+)(.*)", Pattern.DOTALL);
    private static final Pattern FILE = Pattern.compile(
            "(-XX:(?:AOTCache|AOTConfiguration|Flags|VMOptionsFile|CompileCommandFile)="
                    + "|-D(?:java\\.util\\.logging\\.config|com\\.sun\\.management\\.config"
                    + "|com\\.sun\\.management\\.jmxremote\\.[a-z.]+)\\.file="
                    + "|-Djavax\\.net\\.ssl\\.(?:key|trust)Store=)(.+)()",
            Pattern.DOTALL);

    private final Path base;

    /**
     * For what was typed in a directory.
     *
     * @param base absolute
     */
    public PathOptions(Path base) {
        this.base = base;
    }

    /** The options with absolute paths. Argument files stay unless something in them has to change: then their words replace them. */
    public List<String> absolute(List<String> options) {
        List<String> named = absoluteFiles(options);
        List<String> opened = named.stream().flatMap(ArgumentFile::opened).toList();
        List<String> changed = LauncherOptions.grouped(opened).stream()
                .flatMap(option -> absoluteOption(option).stream())
                .toList();
        return changed.equals(opened) ? named : changed;
    }

    /** The options with absolute paths of argument files, and nothing else changed. */
    public List<String> absoluteFiles(List<String> options) {
        return options.stream()
                .map(word -> ArgumentFile.isOne(word) ? "@" + absolute(word.substring(1)) : word)
                .toList();
    }

    /** Those of the variables with paths in them that have to change. */
    public Map<String, String> absolute(Map<String, String> environment) {
        Map<String, String> changed = new HashMap<>();
        OptionVariables.NAMES.forEach(
                name -> change(environment, name, changed, text -> Quoted.join(absolute(Quoted.split(text)))));
        change(environment, CLASS_PATH, changed, this::absoluteList);
        return changed;
    }

    /** The paths in one option, which may be two words, from which a JVM takes code; none if it is another option. */
    static List<String> codeIn(List<String> option) {
        if (option.size() == 2) {
            return LISTS_BEHIND.contains(option.get(0))
                    ? split(option.get(1))
                    : codeIn(List.of(String.join("=", option)));
        }
        Matcher list = LIST.matcher(option.get(0));
        if (list.matches()) {
            return split(list.group(2));
        }
        Matcher agent = AGENT.matcher(option.get(0));
        return agent.matches() ? List.of(agent.group(2)) : List.of();
    }

    private static List<String> split(String paths) {
        return List.of(paths.split(File.pathSeparator));
    }

    private static void change(
            Map<String, String> environment, String name, Map<String, String> changed, UnaryOperator<String> change) {
        String before = environment.getOrDefault(name, "");
        String after = before.isEmpty() ? before : change.apply(before);
        if (!after.equals(before)) {
            changed.put(name, after);
        }
    }

    private List<String> absoluteOption(List<String> option) {
        String first = option.get(0);
        if (option.size() == 1) {
            return List.of(absoluteWord(first));
        }
        String value = option.get(1);
        if (LISTS_BEHIND.contains(first)) {
            return List.of(first, absoluteList(value));
        }
        boolean patch = first.equals("--patch-module") && value.contains("=");
        return patch ? List.of(first, absoluteWord(first + "=" + value).substring(first.length() + 1)) : option;
    }

    private String absoluteWord(String word) {
        Matcher list = LIST.matcher(word);
        if (list.matches()) {
            return list.group(1) + absoluteList(list.group(2));
        }
        return Stream.of(AGENT, FILE)
                .map(pattern -> pattern.matcher(word))
                .filter(Matcher::matches)
                .findFirst()
                .map(file -> file.group(1) + absolute(file.group(2)) + file.group(3))
                .or(() -> OutputFlag.parse(word).map(flag -> flag.withFile(absolute(flag.file()))))
                .orElse(word);
    }

    /** An empty element is the directory itself. */
    String absoluteList(String paths) {
        return Stream.of(paths.split(File.pathSeparator, -1))
                .map(path -> path.isEmpty() || path.equals(".") ? base.toString() : absolute(path))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** A path as it is seen from anywhere. */
    String absolute(String path) {
        return base.resolve(path).toString();
    }
}
