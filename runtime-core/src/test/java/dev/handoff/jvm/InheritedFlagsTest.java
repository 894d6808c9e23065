package dev.handoff.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InheritedFlagsTest {
    private static final String DEBUGGER = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=5005";

    /** 5006 is taken. */
    private static InheritedFlags flags(String... own) {
        return new InheritedFlags(List.of(own), port -> port != 5006);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -Xmx64m                                                            | -Xmx64m
            -agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=5005 | -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=5007
            -Dcom.sun.management.jmxremote.port=7000                           | -Dcom.sun.management.jmxremote.port=7001
            -XX:ArchiveClassesAtExit=app.jsa                                   |
            -XX:SharedArchiveFile=app.jsa                                      | -XX:SharedArchiveFile=app.jsa
            """)
    void whatTwoJvmsCannotBothHaveIsChangedOrLeftOut(String typed, @Nullable String inherited) {
        assertThat(flags().rewrite(List.of(typed))).isEqualTo(inherited == null ? List.of() : List.of(inherited));
    }

    @Test
    void aDebuggerOfTheChildsOwnReplacesTheInheritedOne() {
        assertThat(flags("-agentlib:jdwp=address=6000").rewrite(List.of("-Xmx64m", DEBUGGER)))
                .containsExactly("-Xmx64m");
    }

    @Test
    void onePortForTwoPurposesStaysOne() {
        List<String> jmx =
                List.of("-Dcom.sun.management.jmxremote.port=7000", "-Dcom.sun.management.jmxremote.rmi.port=7000");
        assertThat(flags().rewrite(jmx)).allMatch(flag -> flag.endsWith("port=7001"));
    }

    @Test
    void variablesWithOptionsAreReadToo() {
        assertThat(flags().rewrite(Map.of("JAVA_TOOL_OPTIONS", "'-Da=b c' " + DEBUGGER, "JDK_JAVA_OPTIONS", "-Xmx64m")))
                .containsExactly(Map.entry(
                        "JAVA_TOOL_OPTIONS",
                        "\"-Da=b c\" -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=5007"));
    }

    @Test
    void anArgumentFileStaysUnlessItHasToChange(@TempDir Path directory) throws Exception {
        Path plain = Files.writeString(directory.resolve("plain"), "-Xmx64m -ea");
        Path debugged = Files.writeString(directory.resolve("debugged"), "-ea " + DEBUGGER);
        assertThat(flags().rewrite(List.of("@" + plain, "@" + debugged)))
                .containsExactly(
                        "@" + plain, "-ea", "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=5007");
    }
}
