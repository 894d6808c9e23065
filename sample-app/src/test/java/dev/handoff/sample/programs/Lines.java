package dev.handoff.sample.programs;

import dev.handoff.netty.ClusterServer;
import dev.handoff.sample.LineCounter;
import java.nio.file.Files;
import java.nio.file.Path;

/** The sample's line protocol alone. Argument: a file that is there as soon as it serves. */
public final class Lines {
    private Lines() {}

    public static void main(String[] args) throws Exception {
        ClusterServer.builder(LineCounter::new).port(0).signals(true).start();
        Files.createFile(Path.of(args[0]));
    }
}
