package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ClassPreloaderTest {
    @Test
    void everyClassOfTheMasterCanBeLoadedAhead() {
        assertThat(ClassPreloader.loadAll()).isGreaterThan(150);
    }

    /** A package that is new is one of the master's, or has to be named here. */
    @Test
    void onlyPackagesThatNoSupervisorRunsAreLeftOut() throws URISyntaxException {
        Path classes = Path.of(ClassPreloader.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        File[] packages = classes.resolve("dev/handoff").toFile().listFiles(File::isDirectory);
        TreeSet<String> leftOut =
                new TreeSet<>(Arrays.stream(packages).map(File::getName).toList());
        leftOut.removeAll(ClassPreloader.OURS);
        assertThat(leftOut).containsExactly("forks", "worker");
    }
}
