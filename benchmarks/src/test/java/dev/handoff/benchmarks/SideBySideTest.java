package dev.handoff.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class SideBySideTest {
    private final ByteArrayOutputStream progress = new ByteArrayOutputStream();

    @Test
    @Tag("slow")
    void aRunMeasuresUnderBothLoadsAndWritesAllThreeFiles(@TempDir Path directory) throws IOException {
        assumeThat(Programs.installed(Wrk.PROGRAM)).isTrue();
        String line = "--rounds 1 --turns 2 --seconds 1 --warm-up 1 --connections 4 --only " + Contenders.NETTY
                + " --out " + directory;
        Options options = CommandLine.populateSpec(Options.class, line.split(" ", -1));

        boolean claimsHold = new SideBySide(options, new PrintStream(progress, true, StandardCharsets.UTF_8)).run();

        assertThat(claimsHold).as("no claim can be measured with one system").isTrue();
        assertThat(progress.toString(StandardCharsets.UTF_8)).contains("round 1/1", "close", "keep-alive");
        assertThat(Files.readString(directory.resolve("side-by-side.md")))
                .contains("| Netty, one JVM, 2 event loops | ");
        assertThat(Files.readAllLines(directory.resolve("side-by-side.csv"))).hasSize(5);
        assertThat(directory.resolve("side-by-side.svg")).isNotEmptyFile();
    }
}
