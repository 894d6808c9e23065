package dev.handoff.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What {@code ARCHITECTURE.md} names is there, and where it says. A class with a package, {@code netty/http/Exchange}, is in that one; in a list that
 * begins with <em>Read</em>, those behind it are in the same; any other name in code font that looks like a class is one of ours somewhere.
 */
class ArchitecturePageTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<Path> SOURCES = Stream.of("runtime-core", "runtime-netty", "sample-app", "benchmarks")
            .map(module -> ROOT.resolve(module).resolve("src/main/java/dev/handoff"))
            .toList();

    private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");
    private static final Pattern PATH = Pattern.compile("((?:[a-z]+/)+)([A-Z]\\w*)");
    private static final Pattern CLASS = Pattern.compile("[A-Z][a-z]\\w*");
    private static final Pattern READING = Pattern.compile("(?:^|\\s)Read [^.]*");
    private static final Pattern DRAWING = Pattern.compile("```\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern DRAWN = Pattern.compile("\\b[A-Z][a-z]+[A-Z]\\w*");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)");

    /** Classes of others that the page has to name. */
    private static final Set<String> OF_OTHERS = Set.of("Channel", "Error", "OutOfMemoryError", "System");

    private final String page = read(ROOT.resolve("ARCHITECTURE.md"));
    private final String prose = DRAWING.matcher(page).replaceAll("");

    @Test
    void classesWithAPackageAreInIt() {
        assertThat(matches(CODE, prose)
                        .map(code -> code.group(1))
                        .filter(code -> PATH.matcher(code).matches()))
                .isNotEmpty()
                .allSatisfy(path -> assertThat(SOURCES.stream().map(source -> source.resolve(path + ".java")))
                        .as("a source of %s", path)
                        .anyMatch(Files::exists));
    }

    @Test
    void classesInAListToReadAreInThePackageThatWasNamedLast() {
        List<String> astray = new ArrayList<>();
        matches(READING, prose).forEach(list -> {
            String directory = "";
            for (MatchResult code : matches(CODE, list.group()).toList()) {
                Matcher path = PATH.matcher(code.group(1));
                if (path.matches()) {
                    directory = path.group(1);
                } else if (CLASS.matcher(code.group(1)).matches()) {
                    String expected = directory + code.group(1) + ".java";
                    if (SOURCES.stream().noneMatch(source -> Files.exists(source.resolve(expected)))) {
                        astray.add(expected);
                    }
                }
            }
        });
        assertThat(astray).as("to be read, and not there").isEmpty();
    }

    @Test
    void allClassesAreThere() throws IOException {
        Set<String> named = matches(CODE, prose)
                .map(code -> code.group(1).replaceFirst("\\..*", ""))
                .filter(code -> CLASS.matcher(code).matches())
                .collect(Collectors.toCollection(TreeSet::new));
        matches(DRAWING, page)
                .flatMap(drawing -> matches(DRAWN, drawing.group(1)))
                .forEach(name -> named.add(name.group()));
        assertThat(named).isNotEmpty();
        named.removeAll(OF_OTHERS);
        named.removeAll(classes());
        assertThat(named).as("named, and not there").isEmpty();
    }

    @Test
    void linksLeadSomewhere() {
        assertThat(matches(LINK, page).map(link -> link.group(1)).filter(link -> !link.startsWith("http")))
                .allSatisfy(link -> assertThat(ROOT.resolve(link)).exists());
    }

    /** By their simple names, tests included. */
    private static Set<String> classes() throws IOException {
        Set<String> names = new TreeSet<>();
        for (Path module : List.of(ROOT.resolve("runtime-core"), ROOT.resolve("runtime-netty"))) {
            try (Stream<Path> files = Files.walk(module.resolve("src"))) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".java"))
                        .forEach(name -> names.add(name.replace(".java", "")));
            }
        }
        return names;
    }

    private static Stream<MatchResult> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
