package dev.handoff.sample;

import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.CompletableFuture;

/** Ways for a worker to end badly. Whoever asks for one gets no answer. */
enum Crash {
    /** The program ends itself. */
    EXIT,
    /** A thread of the program ends by an exception. */
    THROW,
    /** The JVM ends at once, without its hooks. */
    HALT,
    /** The heap is full. */
    OOM;

    private static final int UNCAUGHT_EXCEPTION = 1;
    private static final int HALTED = 1;
    private static final int PIECE = 256 * 1024;

    private static volatile Object hoard = "";

    static Response answer(Request request) {
        of(request.query("how").orElse("")).happen();
        return Response.later(new CompletableFuture<>());
    }

    /**
     * The one of a name.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Crash of(String name) {
        return switch (name) {
            case "exit" -> EXIT;
            case "throw" -> THROW;
            case "halt" -> HALT;
            case "oom" -> OOM;
            default -> throw new IllegalArgumentException("how takes exit, throw, halt or oom, not '" + name + "'");
        };
    }

    /** This program takes no exception that it does not know for harmless: the process ends, and the master starts another. */
    static void onAnyUncaughtException() {
        Thread.setDefaultUncaughtExceptionHandler((thread, exception) -> {
            StringWriter text = new StringWriter();
            exception.printStackTrace(new PrintWriter(text, true));
            System.err.print("Exception in thread \"" + thread.getName() + "\" " + text);
            System.exit(UNCAUGHT_EXCEPTION);
        });
    }

    private void happen() {
        new Thread(this::end, "crash").start();
    }

    private void end() {
        switch (this) {
            case EXIT -> System.exit(1);
            case THROW -> throw new IllegalStateException("POST /crash asked for it");
            case HALT -> Runtime.getRuntime().halt(HALTED);
            case OOM -> fillTheHeap();
        }
    }

    private static void fillTheHeap() {
        while (true) {
            hoard = new Object[] {hoard, new byte[PIECE]};
        }
    }
}
