package dev.handoff.sample.programs;

import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes down each request to {@code /record} that a handler sees. Argument: the file. */
public final class Recording {
    private final Path file;

    private Recording(Path file) {
        this.file = file;
    }

    public static void main(String[] args) {
        ClusterServer.builder(Http.handler(new Recording(Path.of(args[0]))::answer))
                .port(0)
                .run();
    }

    private Response answer(Request request) throws IOException {
        if (!request.path().equals("/record")) {
            return Who.answers();
        }
        String line = request.query("id").orElseThrow() + "\n";
        Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return Response.text("recorded " + line);
    }
}
