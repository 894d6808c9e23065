package dev.handoff.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.unix.ChildJvm;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Bytes stay bytes in a process that runs under {@code LC_ALL=C}, as in containers and in cron: no text becomes a question mark. */
class AsciiLocaleTest {
    private static final String TEXT = "grüß€ \\ 'x' 𝄞";
    private static final String SCRIPT = "export INHERITED=\"$(printf '%b' \"$INHERITED\")\""
            + " LATIN=\"$(printf '\\344=\\374')\"; exec env \"$(printf 'N\\344ME=1')\" \"$(printf 'N\\374ME=2')\""
            + " \"$(printf '\\303\\274=3')\" \"$@\" \"$INHERITED\"";

    private static Map<String, String> results = Map.of();

    /** The JVM of this test may run under any locale: the text is made by a shell. */
    @BeforeAll
    static void runUnderLcAllC() throws Exception {
        Map<String, String> environment = Map.of("LC_ALL", "C", "INHERITED", escaped(TEXT));
        try (ChildJvm program = ChildJvm.start(List.of("sh", "-c", SCRIPT, "sh"), environment, Program.class)) {
            results = program.output()
                    .lines()
                    .map(line -> line.split(": ", 2))
                    .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
        }
    }

    @AfterAll
    static void forget() {
        results = Map.of();
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        for (byte each : text.getBytes(UTF_8)) {
            escaped.append(String.format("\\0%03o", each & 0xff));
        }
        return escaped.toString();
    }

    @Test
    void theJdkSeesQuestionMarks() {
        assertThat(results).containsEntry("locale", "ANSI_X3.4-1968");
        assertThat(results.get("jdk")).doesNotContain("ü");
    }

    @Test
    void inheritedVariablesAndArgumentsAreReadAsUtf8() {
        assertThat(results)
                .containsEntry("variable", TEXT)
                .containsEntry("name", "3")
                .containsEntry("argument", TEXT);
    }

    @Test
    void aChildInheritsEveryVariableByteForByte() {
        assertThat(results).containsEntry("same environment", "true");
    }

    @Test
    void aChildInheritsTheOthersByteForByteBesideOneThatIsSet() {
        assertThat(results).containsEntry("same but one", "true").containsEntry("set", TEXT);
    }

    @Test
    void aVariableThatIsTakenOutIsGone() {
        assertThat(results).containsEntry("taken out", "false");
    }

    @Test
    void argumentsArriveInUtf8() {
        assertThat(results).containsEntry("echo", TEXT);
    }

    @Test
    void aForkedProgramGetsTheSameArgumentsAndIsReadInUtf8() {
        assertThat(results).containsEntry("child", TEXT + " " + TEXT);
    }

    @Test
    void whatIsStartedSoEndsAndFailsAsAllOthers() {
        assertThat(results)
                .containsEntry("code", "exit code 3")
                .containsEntry("signal", "signal TERM")
                .containsEntry("missing", "NOT_STARTED")
                .containsEntry("descriptors", "0 1 2 3 ")
                .containsEntry("directory", "/")
                .containsEntry("input", TEXT)
                .containsEntry("script", TEXT);
    }

    @Test
    void directoriesFilesAndThePathHaveNamesInOtherEncodings() {
        assertThat(results).containsEntry("odd directory", "/\u00fc\u00fc").containsEntry("odd path", "found");
    }

    /** What the tests look at, a line each, in UTF-8. */
    static final class Program {
        private static final PrintStream OUT = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);

        private Program() {}

        public static void main(String[] arguments) throws Exception {
            if (arguments.length == 2) {
                System.out.println(CurrentProcess.env().get("SET") + " "
                        + CurrentProcess.argv().get(3));
                return;
            }
            tell("locale", System.getProperty("sun.jnu.encoding"));
            tell("jdk", String.valueOf(System.getenv("INHERITED")));
            tell("variable", String.valueOf(CurrentProcess.env().get("INHERITED")));
            tell("name", String.valueOf(CurrentProcess.env().get("\u00fc")));
            tell("argument", CurrentProcess.argv().get(2));
            environment();
            words();
            starts();
        }

        private static void tell(String what, Object value) {
            OUT.println(what + ": " + value);
        }

        private static void environment() throws IOException {
            String own = sorted(Files.readString(Path.of("/proc/self/environ"), StandardCharsets.ISO_8859_1));
            SpawnOptions print = SpawnOptions.of("env", "-0").encoding(StandardCharsets.ISO_8859_1);
            tell(
                    "same environment",
                    sorted(ChildProcess.execFileSync(print).stdout()).equals(own));
            Map<String, String> one = new HashMap<>(CurrentProcess.env());
            one.put("SET", TEXT);
            String set = sorted(ChildProcess.execFileSync(print.env(one)).stdout());
            String line = "SET=" + new String(TEXT.getBytes(UTF_8), StandardCharsets.ISO_8859_1) + "\n";
            tell("same but one", set.replace(line, "").equals(own));
            tell(
                    "set",
                    ChildProcess.execFileSync(shell("printf %s \"$SET\"").env(one))
                            .stdout());
            CurrentProcess.env().remove("INHERITED");
            tell("taken out", ChildProcess.execFileSync(print).stdout().contains("INHERITED"));
        }

        private static String sorted(String environ) {
            return new TreeSet<>(Arrays.asList(environ.split("\0")))
                    .stream().filter(line -> !line.startsWith("_=")).collect(Collectors.joining("\n", "", "\n"));
        }

        private static SpawnOptions shell(String script, String... arguments) {
            SpawnOptions options = SpawnOptions.of("/bin/sh");
            return arguments.length == 0 ? options.args("-c", script) : options.args("-c", script, "sh", arguments[0]);
        }

        private static void words() {
            tell("echo", ChildProcess.execFileSync("printf", "%s", TEXT).stdout());
            Map<String, String> variables = new HashMap<>(CurrentProcess.env());
            variables.put("SET", TEXT);
            tell(
                    "child",
                    ChildProcess.execFileSync(SpawnOptions.ofMain(Program.class, "child", TEXT)
                                    .env(variables)
                                    .jvmArgs("-Xmx48m"))
                            .stdout()
                            .strip());
        }

        private static void starts() throws IOException {
            tell("code", ChildProcess.spawnSync(shell("exit 3", TEXT)).status());
            tell("signal", ChildProcess.spawnSync(shell("kill $$", TEXT)).status());
            tell("missing", missing());
            tell(
                    "descriptors",
                    ChildProcess.execFileSync(shell("ls /proc/self/fd | tr '\\n' ' '", TEXT))
                            .stdout());
            tell(
                    "directory",
                    ChildProcess.execFileSync(shell("pwd", TEXT).cwd(Path.of("/")))
                            .stdout()
                            .strip());
            tell(
                    "input",
                    ChildProcess.execFileSync(shell("cat", TEXT).input(TEXT)).stdout());
            tell("script", script());
            odd(Files.createTempDirectory("ascii"));
        }

        private static void odd(Path directory) throws IOException {
            Path odd = Files.createDirectory(Path.of(URI.create(directory.toUri() + "%C3%BC%C3%BC")));
            Path tool = odd.resolve("tool");
            Path out = odd.resolve("out");
            try {
                ChildProcess.execFileSync(shell("pwd").cwd(odd).stdout(Stdio.file(out)));
                tell(
                        "odd directory",
                        Files.readString(out)
                                .strip()
                                .substring(directory.toString().length()));
                Files.writeString(tool, "#!/bin/sh\necho found");
                Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
                Map<String, String> path = Map.of("PATH", directory + "/\u00fc\u00fc");
                tell(
                        "odd path",
                        ChildProcess.execFileSync(SpawnOptions.of("tool").env(path))
                                .stdout()
                                .strip());
            } finally {
                Files.deleteIfExists(tool);
                Files.deleteIfExists(out);
                Files.delete(odd);
                Files.delete(directory);
            }
        }

        private static Object missing() {
            try {
                return ChildProcess.spawnSync(SpawnOptions.of("/nowhere/program", TEXT))
                        .status();
            } catch (ChildProcessException e) {
                return e.reason();
            }
        }

        /** Without a first line that says what reads it. */
        private static String script() throws IOException {
            Path script = Files.createTempFile("script", "");
            try {
                Files.writeString(script, "printf %s \"$1\"\n");
                script.toFile().setExecutable(true);
                return ChildProcess.execFileSync(script.toString(), TEXT).stdout();
            } finally {
                Files.delete(script);
            }
        }
    }
}
