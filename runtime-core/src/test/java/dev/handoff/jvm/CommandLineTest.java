package dev.handoff.jvm;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.handoff.jvm.CommandLine.Main;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            java Main a b                                   |                                    | CLASS  | Main       | a b
            java -Xmx1g -cp lib/*:. p.Main                  | -Xmx1g -cp lib/*:.                 | CLASS  | p.Main     |
            java -classpath x -p m Main                     | -classpath x -p m                  | CLASS  | Main       |
            java --class-path=x Main -cp y                  | --class-path=x                     | CLASS  | Main       | -cp y
            java --class-path x --module-path m Main        | --class-path x --module-path m     | CLASS  | Main       |
            java --add-modules java.sql --add-opens a/b=c M | --add-modules java.sql --add-opens a/b=c | CLASS | M     |
            java --add-exports a/b=c --add-reads a=b M      | --add-exports a/b=c --add-reads a=b | CLASS | M         |
            java --patch-module a=b --limit-modules c M     | --patch-module a=b --limit-modules c | CLASS | M        |
            java --upgrade-module-path a M                  | --upgrade-module-path a            | CLASS  | M          |
            java --enable-native-access ALL-UNNAMED M -x    | --enable-native-access ALL-UNNAMED | CLASS  | M          | -x
            java --add-opens=a/b=c --enable-preview M       | --add-opens=a/b=c --enable-preview | CLASS  | M          |
            java -jar app.jar -jar b                        |                                    | JAR    | app.jar    | -jar b
            java -jar -Dx=1 app.jar run                     | -Dx=1                              | JAR    | app.jar    | run
            java -ea -p m -m mod/p.Main -Dx=1               | -ea -p m                           | MODULE | mod/p.Main | -Dx=1
            java -p m --module mod a                        | -p m                               | MODULE | mod        | a
            java -p m --module=mod a                        | -p m                               | MODULE | mod        | a
            java --source 17 Script a                       | --source 17                        | SOURCE | Script     | a
            java -Dx=1 Script.java a                        | -Dx=1                              | SOURCE | Script.java| a
            java Main @args                                 |                                    | CLASS  | Main       | @args
            java --disable-@files @Main x                   | --disable-@files                   | CLASS  | @Main      | x
            java -J-Xmx1g Main                              | -J-Xmx1g                           | CLASS  | Main       |
            """)
    void partsAreFoundAsTheLauncherFindsThem(
            String typed, String options, Main.Kind kind, String name, String arguments) {
        CommandLine line = CommandLine.parse(words(typed));
        assertThat(line.java()).isEqualTo("java");
        assertThat(line.jvmOptions()).isEqualTo(words(options));
        assertThat(line.main()).isEqualTo(new Main(kind, name));
        assertThat(line.arguments()).isEqualTo(words(arguments));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java Main a b",
                "java -cp x -jar app.jar a",
                "java -p m -m mod/Main a",
                "java --source 17 Script a",
                "java --add-modules a,b p.Main --add-modules c"
            })
    void wordsComeBack(String typed) {
        assertThat(CommandLine.parse(words(typed)).toList()).isEqualTo(words(typed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"java", "java -version", "java -cp x", "java -jar", "java -m"})
    void aLineThatRunsNothingIsRefused(String typed) {
        assertThatThrownBy(() -> CommandLine.parse(words(typed)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("no class, jar, module or source file to run");
    }

    @Test
    void aFileOfOptionsStaysAFile() throws Exception {
        String file = file("-Xmx1g --add-modules");
        CommandLine line = CommandLine.parse(List.of("java", file, "java.sql", "Main", file));
        assertThat(line.jvmOptions()).containsExactly(file, "java.sql");
        assertThat(line.main().name()).isEqualTo("Main");
        assertThat(line.arguments()).containsExactly(file);
    }

    @Test
    void aFileThatNamesTheMainPartIsTakenApart() throws Exception {
        CommandLine line = CommandLine.parse(List.of("java", "-ea", file("-Dx=\"a b\" -jar app.jar one"), "two"));
        assertThat(line.toList()).containsExactly("java", "-ea", "-Dx=a b", "-jar", "app.jar", "one", "two");
    }

    @Test
    void aFileWithHalfTheMainPartIsTakenApart() throws Exception {
        CommandLine line = CommandLine.parse(List.of("java", file("-ea -jar"), "app.jar"));
        assertThat(line.toList()).containsExactly("java", "-ea", "-jar", "app.jar");
    }

    @Test
    void anotherMainClassKeepsTheTypedClassPathAndDropsTheSource() throws Exception {
        CommandLine modular = CommandLine.parse(List.of("java", "--source", "17", "-ea", "Script.java", "a"));
        assertThat(modular.withMain(String.class, List.of("b")).toList())
                .containsExactly("java", "-ea", "-m", "java.base/java.lang.String", "b");
    }

    @Test
    void anotherMainClassUnderARunnerGetsTheTestsClassPath() throws Exception {
        CommandLine line = CommandLine.ofThisProcess().withMain(TestPrograms.Echo.class, List.of("a", "", "c d"));
        Process echo =
                new ProcessBuilder(line.toList()).redirectErrorStream(true).start();
        assertThat(new String(echo.getInputStream().readAllBytes(), UTF_8)).isEqualTo("[a][][c d]");
    }

    @Test
    void optionsOfTheEnvironmentAreNotDoubledAndTheLauncherIsAbsolute() throws Exception {
        ProcessBuilder child = new ProcessBuilder(
                "./java", "-Xshare:auto", "-cp", System.getProperty("java.class.path"), repeat(), "a", "");
        child.directory(Path.of(System.getProperty("java.home"), "bin").toFile());
        child.environment().put("JAVA_TOOL_OPTIONS", "-Dfrom=tool");
        child.environment().put("JDK_JAVA_OPTIONS", "-Dfrom=jdk");
        List<String> said = lines(child);
        String java = Path.of(TestPrograms.java()).toRealPath().toString();
        String classPath = "[-Xshare:auto][-cp][" + System.getProperty("java.class.path") + "]";
        assertThat(said)
                .containsExactly(
                        "[" + java + "]" + classPath + "[" + repeat() + "][a][]",
                        "[" + java + "]" + classPath + "[" + TestPrograms.Echo.class.getName() + "][x y]");
    }

    @Test
    void theLauncherIsTheOneThatRunsUs() throws Exception {
        Path exe = Files.createFile(directory.resolve("java"));
        Path home = Path.of(System.getProperty("java.home"));
        assertThat(exe.toFile().setExecutable(true)).isTrue();
        assertThat(JavaProcess.launcher(exe, home, "java")).isEqualTo(exe.toString());
        assertThat(JavaProcess.launcher(Path.of(exe + " (deleted)"), home, "java"))
                .isEqualTo(exe.toString());
    }

    @Test
    void aLauncherThatIsGoneIsLookedForInJavaHomeAndThenWhereItWasTyped() {
        Path gone = directory.resolve("java");
        Path home = Path.of(System.getProperty("java.home"));
        assertThat(JavaProcess.launcher(gone, home, "java")).isEqualTo(home + "/bin/java");
        assertThat(JavaProcess.launcher(gone, directory, "/usr/bin/java")).isEqualTo("/usr/bin/java");
    }

    @Test
    void aPathThatWasTypedIsFollowedWhereItLeadsToTheSameRelease() throws Exception {
        Path home = Path.of(System.getProperty("java.home"));
        Path kernels = home.resolve("bin/java").toRealPath();
        Path current = Files.createSymbolicLink(directory.resolve("current"), home);
        String typed = current + "/bin/./java";
        assertThat(JavaProcess.launcher(kernels, home, typed)).isEqualTo(current + "/bin/java");

        Path other = Files.createDirectories(directory.resolve("other/bin")).resolve("java");
        assertThat(Files.createFile(other).toFile().setExecutable(true)).isTrue();
        Files.writeString(directory.resolve("other/release"), "JAVA_VERSION=\"99.0.1\"\n");
        Files.delete(current);
        Files.createSymbolicLink(current, directory.resolve("other"));
        assertThat(JavaProcess.launcher(kernels, home, typed)).isEqualTo(kernels.toString());
    }

    @Test
    void aProgramThatEmbedsAJvmIsRefused() {
        Path home = Path.of(System.getProperty("java.home"));
        assertThatThrownBy(() -> JavaProcess.launcher(Path.of("/opt/shop/shop"), home, "shop"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("started by /opt/shop/shop, which is neither java nor a launcher of jpackage");
        assertThat(JavaProcess.launcher(Path.of("/usr/bin/qemu-aarch64"), home, "java"))
                .isEqualTo(home + "/bin/java");
    }

    @Test
    void wordsEndAtNulsAndMayBeEmpty() {
        assertThat(JavaProcess.words("java\0\0é\0".getBytes(UTF_8), UTF_8)).containsExactly("java", "", "é");
        assertThat(JavaProcess.words("é\0".getBytes(UTF_8), US_ASCII)).containsExactly("é");
        assertThat(JavaProcess.words("é\0".getBytes(ISO_8859_1), ISO_8859_1)).containsExactly("é");
    }

    @ParameterizedTest
    @ValueSource(strings = {"US-ASCII", "UTF-8"})
    void aWordThatWouldReachTheWorkerChangedIsRefused(String charset) {
        byte[] words = "java\0x=\u00e9\0".getBytes(ISO_8859_1);
        assertThatThrownBy(() -> JavaProcess.words(words, Charset.forName(charset)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("word 1 is neither UTF-8 nor " + charset);
        assertThat(JavaProcess.words("java\0".getBytes(US_ASCII), US_ASCII)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "java p.q.HelloServer, HelloServer",
        "java p.Outer$Inner, Inner",
        "java -jar /opt/lib/shop-1.2.jar, shop-1.2",
        "java -m mod/p.Main, Main",
        "java -m org.shop, shop",
        "java dir/Script.java, Script"
    })
    void theProgramHasAName(String typed, String name) {
        assertThat(CommandLine.parse(words(typed)).programName()).isEqualTo(name);
    }

    private String file(String text) throws Exception {
        return "@" + Files.writeString(directory.resolve("options"), text);
    }

    private static String repeat() {
        return TestPrograms.Repeat.class.getName();
    }

    private static List<String> words(String text) {
        return text == null ? List.of() : List.of(text.trim().split("\\s+"));
    }

    private static List<String> lines(ProcessBuilder builder) throws Exception {
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        return new ArrayList<>(new String(process.getInputStream().readAllBytes(), UTF_8)
                .lines()
                .toList());
    }
}
