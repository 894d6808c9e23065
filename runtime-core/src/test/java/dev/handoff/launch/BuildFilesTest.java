package dev.handoff.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.jvm.CommandLine;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildFilesTest {
    private static final String JAVA = System.getProperty("java.home") + "/bin/java";

    @TempDir
    private Path directory;

    @BeforeEach
    void writeABuild() throws IOException {
        Files.createDirectories(directory.resolve("lib"));
        Files.createDirectories(directory.resolve("classes/p"));
        for (String file : List.of("lib/a.jar", "lib/b.jar", "lib/readme", "classes/p/Main.class", "agent.jar")) {
            jar(file, "");
        }
        jar("app.jar", "lib/a.jar classes/");
    }

    @ParameterizedTest
    @CsvSource({
        "-jar app.jar, app.jar, true",
        "-jar app.jar, lib/a.jar, true",
        "-jar app.jar, classes/p/Main.class, true",
        "-jar app.jar, lib/b.jar, false",
        "-cp lib/* p.Main, lib/b.jar, true",
        "-cp lib/* p.Main, lib/readme, false",
        "-cp lib/* p.Main, lib/new.jar, true",
        "-cp classes:lib/a.jar p.Main, classes/p/Main.class, true",
        "-cp classes:lib/a.jar p.Main, classes/p/New.class, true",
        "-cp lib/a.jar -javaagent:agent.jar=x p.Main, agent.jar, true",
        "-p lib -m a.b, lib/b.jar, true",
        "-cp lib/a.jar p.Main, app.jar, false"
    })
    void aBuildIsAnotherWhereAFileIsThatItsWorkersRead(String typed, String changed, boolean another)
            throws IOException {
        Generation generation = generation(typed);
        BuildFiles before = BuildFiles.now(generation).orElseThrow();
        assertThat(before.isSameAs(BuildFiles.now(generation).orElseThrow())).isTrue();
        jar(changed, "");
        assertThat(before.isSameAs(BuildFiles.now(generation).orElseThrow())).isNotEqualTo(another);
    }

    @Test
    void theSameFileOfAnotherTimeIsAnother() throws IOException {
        Generation generation = generation("-jar app.jar");
        BuildFiles before = BuildFiles.now(generation).orElseThrow();
        Files.setLastModifiedTime(directory.resolve("app.jar"), FileTime.from(Instant.EPOCH));
        assertThat(before.isSameAs(BuildFiles.now(generation).orElseThrow())).isFalse();
    }

    @Test
    void itsPlaceIsWhereLinksLead() throws IOException {
        Files.createSymbolicLink(directory.resolve("current.jar"), directory.resolve("app.jar"));
        assertThat(BuildFiles.now(generation("-jar current.jar")).map(BuildFiles::place))
                .isEqualTo(Optional.of(directory.toRealPath() + "/app.jar"));
    }

    private Generation generation(String typed) {
        ClusterSettings settings = ClusterSettings.defaults().directory(directory);
        return new Generation(1, settings, CommandLine.parse(List.of((JAVA + " " + typed).split(" "))));
    }

    /** Writes a file and renames it into its place, as a deploy does. */
    private void jar(String name, String classPath) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
        Path next = directory.resolve("next");
        try (OutputStream file = Files.newOutputStream(next);
                JarOutputStream jar = new JarOutputStream(file, manifest)) {
            jar.finish();
        }
        Files.move(next, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
