package dev.handoff.unix;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeDirectoryTest {
    private static final List<String> MOUNTS = List.of(
            "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
            "30 21 0:26 / /nowhere/tmp rw,nosuid,nodev,noexec shared:9 - tmpfs tmpfs rw",
            "31 30 0:27 / /nowhere/tmp/with\\040blank rw,relatime - tmpfs tmpfs rw",
            "32 21 0:28 / /nowhere/twice rw,noexec - tmpfs tmpfs rw",
            "33 32 0:29 / /nowhere/twice rw - tmpfs tmpfs rw",
            "cut");

    @ParameterizedTest
    @CsvSource({
        "/nowhere/tmp, true",
        "/nowhere/tmp/deep/er, true",
        "/nowhere/tmpx, false",
        "/nowhere/tmp/with blank/x, false",
        "/nowhere/twice, false",
        "/nowhere, false"
    })
    void theNearestMountDecides(Path path, boolean refuses) {
        assertThat(NativeDirectory.mountsWithoutExecution(MOUNTS).test(path)).isEqualTo(refuses);
    }

    @Test
    void whereNothingIsKnownNothingIsRefused() {
        assertThat(NativeDirectory.mountsWithoutExecution(List.of()).test(Path.of("/tmp")))
                .isFalse();
    }
}
