package dev.handoff.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.StartException;
import dev.handoff.master.TestWorker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerProgramTest {
    private static final Path HERE = Path.of("").toAbsolutePath();

    private final ClusterSettings settings = ClusterSettings.defaults()
            .main(TestWorker.class)
            .jvmArgs("-javaagent:lib/a.jar")
            .environment(Map.of("CLASSPATH", "b.jar", "A", "a.jar"))
            .with(Setting.JVM_ADD, "-javaagent:c.jar={port:9400}");

    @Test
    void inAnotherDirectoryWhatWasTypedAsARelativePathIsMeantFromTheMasters(@TempDir Path directory) {
        Generation generation = WorkerProgram.firstGeneration(settings.directory(directory));
        ClusterSettings resolved = generation.settings();
        assertThat(resolved.directory()).hasValue(directory);
        assertThat(resolved.jvmArgs()).containsExactly("-javaagent:" + HERE + "/lib/a.jar");
        assertThat(resolved.environment())
                .containsEntry("CLASSPATH", HERE + "/b.jar")
                .containsEntry("A", "a.jar");
        assertThat(resolved.text(Setting.JVM_ADD)).isEqualTo("-javaagent:" + HERE + "/c.jar={port:9400}");
    }

    @Test
    void aLinkToTheMastersOwnDirectoryIsFollowedAndNothingElseChanges(@TempDir Path directory) throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("current"), HERE);
        ClusterSettings resolved =
                WorkerProgram.firstGeneration(settings.directory(link)).settings();
        assertThat(resolved.directory()).hasValue(link);
        assertThat(resolved.jvmArgs()).containsExactly("-javaagent:lib/a.jar");
        assertThat(resolved.environment()).containsEntry("CLASSPATH", "b.jar");
    }

    /** Or it would go with the release that a deploy removes, and no worker would find its master any more. */
    @Test
    void aRelativeRuntimeDirectoryIsFollowedByThePathThatWasTyped(@TempDir Path directory) throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("current"), HERE);
        ClusterSettings typed = settings.directory(link).option("run", "run");
        assertThat(WorkerProgram.firstGeneration(typed).settings().text(Setting.RUN_DIRECTORY))
                .isEqualTo(link + "/run");
    }

    @Test
    void aLauncherThatIsNotThereIsRefused() {
        ClusterSettings wrong = settings.option("jvm.java", "no/java");
        assertThatThrownBy(() -> WorkerProgram.firstGeneration(wrong))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("no/java is not there");
    }

    @Test
    void whatIsNoOptionOfAJvmIsRefused() {
        ClusterSettings wrong = settings.option("jvm.add", "-ea Other");
        assertThatThrownBy(() -> WorkerProgram.firstGeneration(wrong))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("'Other' is no option");
    }
}
