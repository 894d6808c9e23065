package dev.handoff.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.jvm.TestPrograms;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Children of a program whose directory is another one than it was, or is gone: {@code spawn} and {@code fork} of Node, and a JVM's class path. */
class MovedDirectoryTest {
    @TempDir
    private Path directory;

    @Test
    void whatWasTypedAsARelativePathIsFoundFromAnyDirectory() throws Exception {
        Path start = Files.createDirectory(directory.resolve("start"));
        Path other = Files.createDirectories(directory.resolve("deeper/down"));
        assertThat(run(start, relative(start), Map.of(), Elsewhere.class, other.toString()))
                .containsExactly("[cwd]", "[this program]", "[chdir]", "[" + other.toRealPath() + "]");
    }

    @Test
    void theClassPathOfTheEnvironmentIsFoundFromAnyDirectory() throws Exception {
        Path start = Files.createDirectory(directory.resolve("start"));
        Path other = Files.createDirectories(directory.resolve("deeper/down"));
        Map<String, String> environment = Map.of("CLASSPATH", relative(start));
        assertThat(run(start, "", environment, Elsewhere.class, other.toString()))
                .contains("[cwd]", "[this program]", "[chdir]");
    }

    @Test
    void programsStartInADirectoryThatWasRemovedAndJvmsWhereItsPathLeads() throws Exception {
        Path start = Files.createDirectory(directory.resolve("one"));
        Path other = Files.createDirectory(directory.resolve("two"));
        Path real = start.toRealPath();
        Path current = Files.createSymbolicLink(directory.resolve("current"), start);
        Map<String, String> environment = Map.of("PWD", current.toString());
        String classPath = System.getProperty("java.class.path");
        assertThat(run(current, classPath, environment, Removed.class, current.toString(), other.toString()))
                .containsExactly(
                        "shell in " + real + " (deleted)",
                        "no JVM: cannot start " + TestPrograms.Echo.class.getName() + " none: its working directory "
                                + current + " is not there",
                        "[two]",
                        "shell in " + other.toRealPath() + "/sub (deleted)");
    }

    /** The class path as seen from a directory. */
    private static String relative(Path start) throws IOException {
        Path from = start.toRealPath();
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(path -> from.relativize(Path.of(path).toAbsolutePath()).toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static List<String> run(
            Path start, String classPath, Map<String, String> environment, Class<?> main, String... arguments)
            throws Exception {
        List<String> options = classPath.isEmpty() ? List.of() : List.of("-cp", classPath);
        List<String> flags = List.of("-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
        ProcessBuilder program = new ProcessBuilder(Stream.of(
                                List.of(TestPrograms.java()),
                                flags,
                                options,
                                List.of(main.getName()),
                                List.of(arguments))
                        .flatMap(List::stream)
                        .toList())
                .directory(start.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        program.environment().putAll(environment);
        Process process = program.start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    /** Starts itself and another main class in other directories, and says what they say. */
    static final class Elsewhere {
        private Elsewhere() {}

        public static void main(String[] args) {
            if (args[0].equals("again")) {
                System.out.println("[this program]");
                return;
            }
            Path other = Path.of(args[0]);
            say(echo("cwd").cwd(other));
            say(SpawnOptions.thisProgram().args("again").cwd(other));
            CurrentProcess.chdir(other);
            say(echo("chdir"));
            say(SpawnOptions.ofMain(TellDirectory.class));
        }
    }

    /** Says where it is. */
    static final class TellDirectory {
        private TellDirectory() {}

        public static void main(String[] args) {
            System.out.println("[" + System.getProperty("user.dir") + "]");
        }
    }

    /** Its directory is removed; then the path by which it went there leads to another one. */
    static final class Removed {
        private Removed() {}

        public static void main(String[] args) throws IOException {
            Path current = Path.of(args[0]);
            Path other = Path.of(args[1]);
            SpawnOptions shell = SpawnOptions.of("/bin/sh", "-c", "echo \"shell in $(readlink /proc/$$/cwd)\"");
            CurrentProcess.pid();
            ChildProcess.execFileSync("/bin/true");
            Files.delete(current.toRealPath());
            say(shell.stderr(Stdio.ignore()));
            Files.delete(current);
            try {
                say(echo("none"));
            } catch (ChildProcessException e) {
                System.out.println("no JVM: " + e.getMessage());
            }
            Files.createSymbolicLink(current, other);
            say(echo("two"));
            CurrentProcess.chdir(Files.createDirectory(other.resolve("sub")));
            Files.delete(other.resolve("sub"));
            say(shell.stderr(Stdio.ignore()));
        }
    }

    private static SpawnOptions echo(String word) {
        return SpawnOptions.ofMain(TestPrograms.Echo.class, word);
    }

    private static void say(SpawnOptions options) {
        System.out.println(ChildProcess.execFileSync(options).stdout().strip());
    }
}
