package dev.handoff.sample.programs;

import dev.handoff.cluster.ClusterEvent;
import dev.handoff.netty.ClusterServer;
import dev.handoff.sample.LineCounter;
import dev.handoff.sample.SampleApp;
import dev.handoff.sample.fixture.Options;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The sample application, which also writes the events of its cluster to a file from the time when its first workers are ready: a
 * line for each, with name, process and cause.
 */
public final class SampleWithEvents {
    /** The system property that names the file. It is there as soon as events are written to it. */
    public static final String FILE = "sample.events";

    private SampleWithEvents() {}

    public static void main(String[] args) throws IOException {
        ClusterServer server = Options.parse(args)
                .applyTo(ClusterServer.builder(SampleApp::handler), new LineCounter())
                .signals(true)
                .start();
        Path file = Path.of(System.getProperty(FILE));
        var unused = server.cluster().onEvent(event -> write(file, event));
        Files.createFile(file);
    }

    /* The first event may come before the file is there: it is not waited for by a test that waits for the file. */
    private static void write(Path file, ClusterEvent event) {
        try {
            if (Files.exists(file)) {
                String line = event.name() + "\t" + event.pid() + "\t" + event.cause() + "\n";
                Files.writeString(file, line, StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write an event", e);
        }
    }
}
