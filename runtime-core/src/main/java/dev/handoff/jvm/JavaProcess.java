package dev.handoff.jvm;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/** How this process was started, as the kernel tells. */
final class JavaProcess {
    private static final String REPLACED = " (deleted)";
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private JavaProcess() {}

    /**
     * The words it was started with, the first replaced by the launcher's path.
     *
     * @throws IllegalStateException if this is not a JVM that {@code java} started, or a word cannot be passed on
     */
    static List<String> words() {
        List<String> typed = words(readBytes(COMMAND_LINE), PlatformText.jdk());
        if (isPackaged()) {
            return PackagedProgram.words(typedPath(typed.get(0)), typed.subList(1, typed.size()));
        }
        List<String> words = new ArrayList<>(typed);
        words.set(0, launcher(typed.get(0)));
        return words;
    }

    private static boolean isPackaged() {
        return PackagedProgram.launcher().isPresent() && !isJava(withoutMark(executable()));
    }

    /** The launcher for the next JVM of this program. */
    static String launcher() {
        return launcher(words(readBytes(COMMAND_LINE), PlatformText.jdk()).get(0));
    }

    private static String launcher(String typed) {
        return isPackaged()
                ? PackagedProgram.java(typedPath(typed))
                : launcher(executable(), Path.of(System.getProperty("java.home")), typed);
    }

    /** NUL ends each word, so that an empty one counts. */
    static List<String> words(byte[] commandLine, Charset locale) {
        List<String> words = new ArrayList<>();
        int begin = 0;
        for (int i = 0; i < commandLine.length; i++) {
            if (commandLine[i] == 0) {
                words.add(decode(Arrays.copyOfRange(commandLine, begin, i), locale, words.size()));
                begin = i + 1;
            }
        }
        return words;
    }

    private static String decode(byte[] word, Charset locale, int index) {
        return PlatformText.read(word, locale)
                .orElseThrow(() -> new IllegalStateException(
                        "cannot repeat this process's command line: word " + index + " is neither UTF-8 nor " + locale
                                + ", the locale's encoding, and a worker would get another"));
    }

    /**
     * The launcher of the JDK that runs us. A path that was typed is followed, so that a deploy can switch a link on the way, to a runtime
     * image with a new build in it for example, unless it now leads to another feature release of the JDK, which would not take this JVM's
     * flags. A name was looked up on a path that may be another now: there it is the kernel's word, which may be a file that an upgrade
     * in place has replaced.
     *
     * @param executable what /proc/self/exe points to
     * @param home java.home
     * @param typed the first word of the command line
     * @throws IllegalStateException if neither the executable nor what was typed is called {@code java}: then the
     *     command line is not the launcher's and cannot be read
     */
    static String launcher(Path executable, Path home, String typed) {
        Path current = withoutMark(executable);
        if (!isJava(current) && !isJava(Path.of(typed))) {
            throw new IllegalStateException("cannot repeat this process's command line: it was started by " + current
                    + ", which is neither java nor a launcher of jpackage");
        }
        return Stream.of(
                        typedPath(typed).filter(JavaProcess::isJava).filter(JavaProcess::isOfOurRelease),
                        Optional.of(current).filter(JavaProcess::isJava),
                        Optional.of(home.resolve("bin/java")))
                .flatMap(Optional::stream)
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toString)
                .orElse(typed);
    }

    private static Optional<Path> typedPath(String typed) {
        if (typed.indexOf('/') < 0) {
            return Optional.empty();
        }
        Path path = Path.of(typed);
        Path from = path.isAbsolute()
                ? path.getRoot()
                : StartDirectory.ofThisProcess().path();
        for (Path name : path) {
            from = name.toString().equals(".") ? from : from.resolve(name);
        }
        return Optional.of(from);
    }

    private static boolean isOfOurRelease(Path launcher) {
        try (Reader file = Files.newBufferedReader(launcher.toRealPath().resolveSibling("../release"))) {
            Properties release = new Properties();
            release.load(file);
            String version = release.getProperty("JAVA_VERSION", "").replace("\"", "");
            return Runtime.Version.parse(version).feature() == Runtime.version().feature();
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isJava(Path file) {
        return file.endsWith("java");
    }

    private static Path withoutMark(Path executable) {
        String text = executable.toString();
        return text.endsWith(REPLACED) ? Path.of(text.substring(0, text.length() - REPLACED.length())) : executable;
    }

    private static Path executable() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/exe"));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static byte[] readBytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static IllegalStateException unreadable(IOException e) {
        return new IllegalStateException(
                "cannot repeat this process's command line: " + e + "; workers need a mounted /proc", e);
    }

    /** The class path that the program sees: under Surefire that of the tests, whose command line holds a stub only. */
    static String classPath() {
        String classPath = System.getProperty("java.class.path");
        String tests = System.getProperty("surefire.test.class.path");
        return tests == null || tests.equals(classPath) ? classPath : tests + File.pathSeparator + classPath;
    }

    static boolean underSurefire() {
        return System.getProperty("surefire.test.class.path") != null;
    }
}
