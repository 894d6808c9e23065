package dev.handoff.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The seeds of the fuzz targets, and what fuzzing has found, as plain tests: they lie in {@code src/test/resources} in a
 * directory for each target. The targets themselves are fuzzed in the long tier, each in a JVM of its own.
 */
class FuzzCorpusTest {
    private interface Target {
        void take(byte[] bytes) throws IOException;
    }

    private static void run(Class<?> target, String method, Target code) throws IOException {
        Path directory = Path.of("src/test/resources/dev/handoff/wire", target.getSimpleName() + "Inputs", method);
        List<Path> inputs;
        try (Stream<Path> all = Files.list(directory)) {
            inputs = all.sorted().toList();
        }
        assertThat(inputs).hasSizeGreaterThan(3);
        for (Path input : inputs) {
            code.take(Files.readAllBytes(input));
        }
    }

    @Test
    void controlFrames() throws Exception {
        run(ControlFrameFuzz.class, "aFrameIsReadOrRefused", new ControlFrameFuzz()::aFrameIsReadOrRefused);
    }

    @Test
    void packetsOfMessages() throws Exception {
        run(EnvelopeFuzz.class, "aPacketIsReadOrRefused", new EnvelopeFuzz()::aPacketIsReadOrRefused);
    }

    @Test
    void wordsOfARole() throws Exception {
        run(RoleFuzz.class, "wordsAreReadOrRefused", new RoleFuzz()::wordsAreReadOrRefused);
    }

    @Test
    void framesOfALane() throws Exception {
        run(LaneFuzz.class, "aFrameIsReadOrRefused", new LaneFuzz()::aFrameIsReadOrRefused);
    }
}
