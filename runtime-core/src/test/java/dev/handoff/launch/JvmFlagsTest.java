package dev.handoff.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.jvm.CommandLine;
import dev.handoff.jvm.TestPrograms;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JvmFlagsTest {
    private static final long GIB = 1L << 30;
    private static final Set<Integer> TAKEN = Set.of(6007, 6008);

    @Test
    void theOperatorDropsOptionsWhereverTheyWereSaidAndAddsOthers(@TempDir Path directory) throws Exception {
        String file = "@" + Files.writeString(directory.resolve("file"), "-javaagent:b.jar -ea");
        List<String> typed =
                List.of("-javaagent:a.jar=9400:a.yaml", file, "--add-opens", "a/b=c", "-Xmx1g", "-cp", "x");
        Map<String, String> environment = Map.of("JAVA_TOOL_OPTIONS", "-javaagent:c.jar -Dx=y");
        ClusterSettings settings = ClusterSettings.defaults()
                .jvmArgs("-javaagent:d.jar", "-Dd=d")
                .option("jvm.drop", "-javaagent: --add-opens -Xmx")
                .option("jvm.add", "-javaagent:a.jar={port:9400}:a.yaml \"-Dslot=the {slot}\" -Dport={port:9400}");
        TypedFlags flags = new TypedFlags(typed, environment, settings.jvmArgs(), OperatorFlags.of(settings));
        assertThat(flags.heap()).isEmpty();

        JvmFlags.Target target = new JvmFlags.Target(2, Optional.empty(), 17);
        JvmFlags ours = JvmFlags.of(flags, target, port -> port > 9402, path -> false);
        assertThat(ours.options())
                .endsWith("-ea", "-cp", "x", "-Dd=d", "-javaagent:a.jar=9403:a.yaml", "-Dslot=the 2", "-Dport=9403")
                .noneMatch(option -> option.contains("b.jar") || option.contains("a/b=c"));
        assertThat(ours.environment()).containsEntry("JAVA_TOOL_OPTIONS", "-Dx=y");
        assertThat(ours.notes())
                .contains("slot 2: --add-opens a/b=c is left out in the worker: the operator said so (jvm.drop)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Xmx1g", "-ea Other", "-jar x.jar", "-m a/b"})
    void whatIsNoOptionIsNotAdded(String text) {
        ClusterSettings settings = ClusterSettings.defaults().option("jvm.add", text);
        assertThatThrownBy(() -> OperatorFlags.of(settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("jvm.add: '.*' is no option of a JVM, .*");
    }

    @Test
    void defaultsForAWorkerToWhichNothingWasTyped() {
        JvmFlags flags = flags(17, 1, typed());
        assertThat(flags.options())
                .containsExactly(
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Xlog:disable",
                        "-Xlog:all=error:stderr",
                        "-XX:+UseSerialGC",
                        "-Xmx189m",
                        "-XX:MaxDirectMemorySize=34m",
                        "-XX:ActiveProcessorCount=4");
        assertThat(flags.notes()).isEmpty();
        assertThat(flags.environment()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"17, false", "21, false", "23, false", "24, true", "25, true", "26, false"})
    void unsafeIsAllowedWhereItIsOffAndSilent(int feature, boolean allowed) {
        String flag = "--sun-misc-unsafe-memory-access=allow";
        assertThat(flags(feature, 1, typed()).options().contains(flag)).isEqualTo(allowed);
        assertThat(flags(feature, 1, typed("--sun-misc-unsafe-memory-access=deny"))
                        .options())
                .doesNotContain(flag);
    }

    @ParameterizedTest
    @CsvSource({
        "-XX:+UseG1GC,                            -XX:+UseSerialGC",
        "-Xmx1g,                                  -Xmx189m",
        "-XX:MaxHeapSize=1g,                      -Xmx189m",
        "-XX:MaxDirectMemorySize=1m,              -XX:MaxDirectMemorySize=34m",
        "-XX:ActiveProcessorCount=3,              -XX:ActiveProcessorCount=4",
        "-Xlog:gc,                                -Xlog:disable",
        "-verbose:gc,                             -Xlog:disable"
    })
    void whatIsSaidAnywhereIsNotSaidAgain(String said, String ours) {
        assertThat(flags(17, 1, typed(said)).options()).contains(said).doesNotContain(ours);
        assertThat(flags(17, 1, environment("JAVA_TOOL_OPTIONS", said)).options())
                .doesNotContain(ours);
        assertThat(flags(17, 1, environment("_JAVA_OPTIONS", said)).options()).doesNotContain(ours);
        assertThat(flags(17, 1, extra(said)).options()).endsWith(said).doesNotContain(ours);
    }

    @Test
    void nativeAccessIsSaidOnce() {
        assertThat(flags(17, 1, typed("--enable-native-access=ALL-UNNAMED")).options())
                .containsOnlyOnce("--enable-native-access=ALL-UNNAMED");
        assertThat(flags(17, 1, typed("--enable-native-access=my.module")).options())
                .contains("--enable-native-access=ALL-UNNAMED", "--enable-native-access=my.module");
    }

    @Test
    void theClustersOwnOptionsComeLast() {
        assertThat(flags(17, 1, new TypedFlags(List.of("-Xmx1g"), Map.of(), List.of("-Xmx2g")))
                        .options())
                .endsWith("-Xmx1g", "-Xmx2g");
    }

    @Test
    void aLargeHeapKeepsTheJvmsOwnCollector() {
        TypedFlags none = typed();
        ResourcePlan large = ResourcePlan.divide(new Machine(64 * GIB, false, 8), 4, 1, 0, none);
        assertThat(JvmFlags.of(none, new JvmFlags.Target(1, Optional.of(large), 17), port -> true, path -> false)
                        .options())
                .doesNotContain("-XX:+UseSerialGC");
    }

    @Test
    void whatIsTypedOfMemoryAndProcessorsStandsWhereTheMachineIsNotDivided() {
        String[] typed = {"-XX:MaxRAMPercentage=50", "-XX:InitialRAMPercentage=25", "-Xms1g"};
        assertThat(flags("off", typed("-cp", "x")).options())
                .containsExactly(
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Xlog:disable",
                        "-Xlog:all=error:stderr",
                        "-cp",
                        "x");
        assertThat(flags("off", typed(typed)).options()).endsWith(typed);
        assertThat(flags("off", typed(typed)).notes()).isEmpty();
        assertThat(flags("on", typed(typed)).options()).doesNotContain(typed);
        assertThat(flags("off", environment("JAVA_TOOL_OPTIONS", typed[0])).environment())
                .isEmpty();
    }

    private static JvmFlags flags(String divide, TypedFlags typed) {
        ClusterSettings settings = ClusterSettings.defaults().option("jvm.divide", divide);
        Generation generation = new Generation(1, settings, CommandLine.parse(List.of("java", "Main")));
        Optional<ResourcePlan> plan = generation.plan(new Machine(2 * GIB, true, 8), 4);
        return JvmFlags.of(typed, new JvmFlags.Target(1, plan, 17), port -> true, path -> false);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=5005             | 2 | -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=5007
            -agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=*:5005           | 1 | -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:5006
            -agentlib:jdwp=transport=dt_socket,address=[::1]:5005,server=y                 | 1 | -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=[::1]:5006
            -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=localhost:6005   | 2 | -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=localhost:6009
            -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=0                | 2 | -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=0
            -agentlib:jdwp=transport=dt_socket,server=y                                    | 2 | -agentlib:jdwp=transport=dt_socket,server=y,suspend=n
            -agentlib:jdwp=transport=dt_socket,server=n,suspend=y,address=127.0.0.1:44321  | 1 | -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:44322
            -agentlib:jdwp=transport=dt_socket,suspend=y,address=ide:44321                 | 1 | -agentlib:jdwp=transport=dt_socket,suspend=n,server=y,address=127.0.0.1:44322
            -Xrunjdwp:transport=dt_socket,server=y,suspend=n,address=65535                 | 1 | -Xrunjdwp:transport=dt_socket,server=y,suspend=n,address=0
            -agentpath:/jdk/lib/libjdwp.so=transport=dt_socket,server=y,address=5005       | 1 | -agentpath:/jdk/lib/libjdwp.so=transport=dt_socket,server=y,suspend=n,address=5006
            -Dcom.sun.management.jmxremote.port=9010                                       | 3 | -Dcom.sun.management.jmxremote.port=9013
            -Dcom.sun.management.jmxremote.rmi.port=9010                                   | 1 | -Dcom.sun.management.jmxremote.rmi.port=9011
            -Xlog:gc*:file=/var/log/gc.log:time:filecount=5                                | 2 | -Xlog:gc*:file=/var/log/gc-slot2.log:time:filecount=5
            -Xlog:gc:gc.log                                                                | 2 | -Xlog:gc:gc-slot2.log
            -Xlog::gc                                                                      | 2 | -Xlog::gc-slot2
            -Xlog:gc:"/a:b.d/gc.log":time                                                  | 2 | -Xlog:gc:"/a:b.d/gc-slot2.log":time
            -Xlog:gc:file="/a:b/gc"                                                        | 2 | -Xlog:gc:file="/a:b/gc-slot2"
            -Xloggc:/x.d/gc                                                                | 1 | -Xloggc:/x.d/gc-slot1
            -XX:HeapDumpPath=/dumps/heap.hprof                                             | 1 | -XX:HeapDumpPath=/dumps/heap-slot1.hprof
            -XX:ErrorFile=/var/err.log                                                     | 1 | -XX:ErrorFile=/var/err-slot1.log
            -XX:StartFlightRecording=duration=1s,filename=/r/a.jfr,settings=profile        | 1 | -XX:StartFlightRecording=duration=1s,filename=/r/a-slot1.jfr,settings=profile
            -XX:StartFlightRecording:filename=a.jfr                                        | 1 | -XX:StartFlightRecording:filename=a-slot1.jfr
            """)
    void whatTwoProcessesCannotShareIsTheSlotsOwn(String typed, int slot, String worker) {
        JvmFlags flags = flags(17, slot, typed(typed));
        assertThat(flags.options()).contains(worker);
        assertThat(flags.notes())
                .isEqualTo(
                        typed.equals(worker)
                                ? List.of()
                                : List.of("slot " + slot + ": " + typed + " is " + worker + " in the worker"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Xlog:gc",
                "-Xlog:gc:stdout",
                "-Xlog:gc*:stderr:time",
                "-Xlog:gc:file=gc-%p.log",
                "-Xlog:disable",
                "-Xloggc:gc%p.log",
                "-XX:HeapDumpPath=/directory",
                "-XX:ErrorFile=/x/hs_err_pid%p.log",
                "-XX:StartFlightRecording=filename=/directory,duration=1s",
                "-XX:StartFlightRecording",
                "-Dcom.sun.management.jmxremote",
                "-Dcom.sun.management.jmxremote.port=0",
                "-javaagent:agent.jar=9404:x.yml",
                "-agentlib:other=address=5005",
                "-Dx=-Xlog:gc:a.log",
                "-ea"
            })
    void allElseStays(String typed) {
        JvmFlags flags = flags(17, 1, typed(typed));
        assertThat(flags.options()).contains(typed);
        assertThat(flags.notes()).isEmpty();
    }

    @Test
    void twoUsesOfOnePortStayOnOne() {
        JvmFlags flags = flags(
                17,
                1,
                typed(
                        "-Dcom.sun.management.jmxremote.port=6006",
                        "-Dcom.sun.management.jmxremote.rmi.port=6006",
                        "-agentlib:jdwp=transport=dt_socket,server=y,address=6005"));
        assertThat(flags.options())
                .contains(
                        "-Dcom.sun.management.jmxremote.port=6009",
                        "-Dcom.sun.management.jmxremote.rmi.port=6009",
                        "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=6006");
    }

    @Test
    void aDebuggerForWorkersReplacesTheMastersAndBeginsAtItsOwnPort() {
        String masters = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=5005";
        String workers = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=7000";
        JvmFlags flags = flags(17, 1, new TypedFlags(List.of(masters), Map.of(), List.of(workers)));
        assertThat(flags.options()).doesNotContain(masters).endsWith(workers);
        assertThat(flags.notes()).singleElement().asString().contains("the workers' own options name a debugger");
        assertThat(flags(17, 3, extra(workers)).options())
                .endsWith("-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=7002");
    }

    @Test
    void aClashInTheEnvironmentIsChangedThere() {
        JvmFlags flags = flags(
                17,
                1,
                environment(
                        "JAVA_TOOL_OPTIONS",
                        "-Dx='a b' -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=5005"));
        assertThat(flags.environment())
                .containsExactly(Map.entry(
                        "JAVA_TOOL_OPTIONS",
                        "\"-Dx=a b\" -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=5006"));
        assertThat(flags.options()).noneMatch(option -> option.contains("jdwp"));
    }

    @Test
    void anEnvironmentWithoutClashIsLeftAlone() {
        assertThat(flags(17, 1, environment("JAVA_TOOL_OPTIONS", "-Dx='a b'  -ea"))
                        .environment())
                .isEmpty();
    }

    @Test
    void percentagesAreOfTheShare() {
        JvmFlags flags = flags(17, 1, typed("-XX:MaxRAMPercentage=50", "-XX:InitialRAMPercentage=25"));
        assertThat(flags.options()).contains("-Xmx168m", "-Xms84m").noneMatch(option -> option.contains("Percentage"));
        assertThat(flags.notes())
                .contains("slot 1: -XX:MaxRAMPercentage=50 is left out in the worker: a part is of the worker's share:"
                        + " -Xmx168m");
    }

    @Test
    void aFirstHeapAboveTheShareIsCutToIt() {
        assertThat(flags(17, 1, typed("-Xms1g")).options()).contains("-Xms189m").doesNotContain("-Xms1g");
        assertThat(flags(17, 1, typed("-Xms10m")).options()).contains("-Xms10m");
        assertThat(flags(17, 1, typed("-Xms1g", "-Xmx2g")).options()).contains("-Xms1g", "-Xmx2g");
        JvmFlags inherited = flags(17, 1, environment("JAVA_TOOL_OPTIONS", "-Xms1g"));
        assertThat(inherited.options()).contains("-Xms189m");
        assertThat(inherited.environment()).containsEntry("JAVA_TOOL_OPTIONS", "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-XX:ArchiveClassesAtExit=a.jsa",
                "-XX:+AutoCreateSharedArchive",
                "-XX:AOTCacheOutput=a.aot",
                "-XX:AOTMode=record"
            })
    void aWorkerNeverTrains(String typed) {
        JvmFlags flags = flags(25, 1, typed(typed, "-XX:SharedArchiveFile=a.jsa"));
        assertThat(flags.options()).doesNotContain(typed).contains("-XX:SharedArchiveFile=a.jsa");
        assertThat(flags.notes()).singleElement().asString().contains(typed + " is left out");
    }

    @Test
    void anArgumentFileIsReplacedByItsWordsOnlyForAClash(@TempDir Path directory) throws Exception {
        String harmless = "@" + Files.writeString(directory.resolve("a"), "-Dx=1 -Xmx1g");
        String clashing = "@" + Files.writeString(directory.resolve("b"), "-Dy=2 -Xlog:gc:gc.log");
        JvmFlags flags = flags(17, 2, typed("-cp", "x", harmless, clashing));
        assertThat(flags.options()).endsWith("-cp", "x", harmless, "-Dy=2", "-Xlog:gc:gc-slot2.log");
        assertThat(flags.options()).noneMatch(option -> option.startsWith("-Xmx"));
    }

    @Test
    void aJvmStartsWithThemAndKeepsSilent() throws Exception {
        TypedFlags typed = typed("-cp", System.getProperty("java.class.path"), "-Xms2g", "-XX:MaxRAMPercentage=75");
        JvmFlags.Target target = new JvmFlags.Target(
                1, Optional.of(plan(typed)), Runtime.version().feature());
        List<String> command = new ArrayList<>(List.of(TestPrograms.java()));
        command.addAll(
                JvmFlags.of(typed, target, port -> true, Files::isDirectory).options());
        command.addAll(List.of(TestPrograms.Echo.class.getName(), "up"));
        Process java = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertThat(new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("[up]");
        assertThat(java.waitFor()).isZero();
    }

    private static JvmFlags flags(int feature, int slot, TypedFlags typed) {
        JvmFlags.Target target = new JvmFlags.Target(slot, Optional.of(plan(typed)), feature);
        return JvmFlags.of(typed, target, port -> !TAKEN.contains(port), path -> path.endsWith("directory"));
    }

    private static ResourcePlan plan(TypedFlags typed) {
        return ResourcePlan.divide(new Machine(2 * GIB, true, 8), 4, 1, 0, typed);
    }

    private static TypedFlags typed(String... words) {
        return new TypedFlags(List.of(words), Map.of(), List.of());
    }

    private static TypedFlags extra(String... words) {
        return new TypedFlags(List.of(), Map.of(), List.of(words));
    }

    private static TypedFlags environment(String variable, String value) {
        return new TypedFlags(List.of(), Map.of(variable, value), List.of());
    }
}
