package dev.handoff.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathOptionsTest {
    private final PathOptions paths = new PathOptions(Path.of("/srv/shop"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -cp a.jar:lib/*:.::/x.jar                     | -cp /srv/shop/a.jar:/srv/shop/lib/*:/srv/shop:/srv/shop:/x.jar
            -classpath a.jar -Dx=y                        | -classpath /srv/shop/a.jar -Dx=y
            --class-path=a.jar                            | --class-path=/srv/shop/a.jar
            -p mods --add-modules a.b                     | -p /srv/shop/mods --add-modules a.b
            --module-path=mods:more                       | --module-path=/srv/shop/mods:/srv/shop/more
            --patch-module a.b=x:/y                       | --patch-module a.b=/srv/shop/x:/y
            --patch-module=a.b=x                          | --patch-module=a.b=/srv/shop/x
            -javaagent:lib/agent.jar=9404:cfg/a.yaml      | -javaagent:/srv/shop/lib/agent.jar=9404:cfg/a.yaml
            -javaagent:agent.jar                          | -javaagent:/srv/shop/agent.jar
            -agentpath:lib/libx.so=a=b                    | -agentpath:/srv/shop/lib/libx.so=a=b
            -Xbootclasspath/a:b.jar                       | -Xbootclasspath/a:/srv/shop/b.jar
            -Djava.library.path=native                    | -Djava.library.path=/srv/shop/native
            -XX:SharedArchiveFile=a.jsa:b.jsa             | -XX:SharedArchiveFile=/srv/shop/a.jsa:/srv/shop/b.jsa
            -XX:AOTCache=a.aot                            | -XX:AOTCache=/srv/shop/a.aot
            -Xlog:gc:file=log/gc.log:time                 | -Xlog:gc:file=/srv/shop/log/gc.log:time
            -Xlog:gc:gc.log                               | -Xlog:gc:/srv/shop/gc.log
            -XX:HeapDumpPath=dumps                        | -XX:HeapDumpPath=/srv/shop/dumps
            -Djava.util.logging.config.file=log.properties | -Djava.util.logging.config.file=/srv/shop/log.properties
            """)
    void relativePathsBecomeAbsolute(String typed, String expected) {
        assertThat(paths.absolute(words(typed))).isEqualTo(words(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Xmx1g",
                "-Dfile=a.txt",
                "-agentlib:jdwp=transport=dt_socket,address=5005",
                "--add-opens a/b=c",
                "-Xlog:gc:stdout:time",
                "-Xlog:all=error:stderr",
                "-Xlog:gc",
                "-cp /a.jar:/lib/*",
                "-javaagent:/x/agent.jar=8080:x"
            })
    void allElseStays(String typed) {
        assertThat(paths.absolute(words(typed))).isEqualTo(words(typed));
    }

    @Test
    void aFileStaysOneUnlessSomethingInItHasToChange(@TempDir Path directory) throws Exception {
        PathOptions here = new PathOptions(directory);
        Files.writeString(directory.resolve("plain"), "-Xmx1g -cp /a.jar");
        Files.writeString(directory.resolve("relative"), "-Xmx1g -cp a.jar");
        assertThat(here.absolute(List.of("@plain", "-ea"))).containsExactly("@" + directory.resolve("plain"), "-ea");
        assertThat(here.absolute(List.of("@relative", "-ea")))
                .containsExactly("-Xmx1g", "-cp", directory.resolve("a.jar").toString(), "-ea");
    }

    @Test
    void variablesWithPathsChangeToo() {
        Map<String, String> environment = Map.of(
                "CLASSPATH",
                "a.jar:",
                "JAVA_TOOL_OPTIONS",
                "-Dx=y -javaagent:a.jar",
                "_JAVA_OPTIONS",
                "-ea",
                "A",
                "a.jar");
        assertThat(paths.absolute(environment))
                .isEqualTo(Map.of(
                        "CLASSPATH",
                        "/srv/shop/a.jar:/srv/shop",
                        "JAVA_TOOL_OPTIONS",
                        "-Dx=y -javaagent:/srv/shop/a.jar"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            java -Xmx1g -jar lib/app.jar lib/x   | java -Xmx1g -jar /srv/shop/lib/app.jar lib/x
            java -cp a.jar p.Main a.jar          | java -cp /srv/shop/a.jar p.Main a.jar
            java -p mods -m a.b/p.Main           | java -p /srv/shop/mods -m a.b/p.Main
            java src/Script.java                 | java /srv/shop/src/Script.java
            """)
    void aCommandLineIsAsTypedInItsDirectory(String typed, String expected) {
        assertThat(CommandLine.parse(words(typed)).typedIn(Path.of("/srv/shop")).toList())
                .isEqualTo(words(expected));
    }

    @Test
    void aClassWithoutAClassPathIsLookedUpThere() {
        CommandLine line = CommandLine.parse(words("java p.Main")).typedIn(Path.of("/srv/shop"));
        assertThat(line.jvmOptions().get(0)).isEqualTo("-cp");
        assertThat(line.jvmOptions().get(1).split(":")).allMatch(path -> path.startsWith("/"));
    }

    private static List<String> words(String text) {
        return List.of(text.trim().split("\\s+"));
    }
}
