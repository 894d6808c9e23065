package dev.handoff.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.CurrentWorker;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;

/** What this server can do for a client. */
final class Endpoints {
    private static final Response PLAINTEXT = Response.text("Hello world\n");
    private static final String PAGE = Resources.text("page.html");
    private static final int HOUR_MILLIS = 3_600_000;
    private static final int HOUR_SECONDS = 3600;
    private static final int LINE_EVERY_MILLIS = 100;

    private Endpoints() {}

    /** Who answered, for programs. */
    private record Info(int worker, int slot, long pid, int generation, long served) {}

    static Response plaintext() {
        return PLAINTEXT;
    }

    static Response info(Request request) {
        CurrentWorker worker = Cluster.worker();
        return Response.json(new Info(worker.id(), worker.slot(), worker.pid(), worker.generation(), request.served()));
    }

    /** Who answered, for people. */
    static Response page(Request request) {
        CurrentWorker worker = Cluster.worker();
        return Response.html(PAGE.replace("{worker}", Integer.toString(worker.id()))
                .replace("{slot}", Integer.toString(worker.slot()))
                .replace("{pid}", Long.toString(worker.pid()))
                .replace("{generation}", Integer.toString(worker.generation()))
                .replace("{served}", Long.toString(request.served())));
    }

    /** Answers later, and blocks nothing until then. */
    static CompletableFuture<Response> sleep(Request request) {
        int millis = number(request, "ms", HOUR_MILLIS);
        Response awake = Response.text("slept " + millis + " ms\n");
        return new CompletableFuture<Response>().completeOnTimeout(awake, millis, MILLISECONDS);
    }

    /** Blocks the event loop, as a handler must not: to see what becomes of the worker. */
    static Response block(Request request) throws InterruptedException {
        int millis = number(request, "ms", HOUR_MILLIS);
        Thread.sleep(millis);
        return Response.text("blocked " + millis + " ms\n");
    }

    static Response echo(Request request) {
        String type = request.headers().get("Content-Type").orElse("application/octet-stream");
        return Response.bytes(type, request.body().bytes());
    }

    /** A line every tenth of a second. */
    static Response stream(Request request) {
        int lines = number(request, "seconds", HOUR_SECONDS) * 1000 / LINE_EVERY_MILLIS;
        return Response.stream("text/plain; charset=utf-8", out -> writeLines(lines, out));
    }

    private static void writeLines(int count, OutputStream out) throws IOException, InterruptedException {
        for (int line = 1; line <= count; line++) {
            out.write(("line " + line + " of " + count + "\n").getBytes(UTF_8));
            out.flush();
            Thread.sleep(LINE_EVERY_MILLIS);
        }
    }

    private static int number(Request request, String name, int most) {
        return Numbers.between(0, most, name, request.query(name).orElse(""));
    }
}
