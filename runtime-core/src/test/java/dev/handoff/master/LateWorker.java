package dev.handoff.master;

import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** A worker that hears nothing before it has said goodbye, and writes when it ends how many messages it has heard. */
public final class LateWorker {
    private static final AtomicInteger HEARD = new AtomicInteger();

    private LateWorker() {}

    /** Serves. */
    public static void main(String[] args) throws Exception {
        CurrentProcess.onMessage(LateWorker::hear);
        Runtime.getRuntime().addShutdownHook(new Thread(LateWorker::write));
        TestWorker.main(args);
    }

    private static void hear(Message message) {
        // No event tells of it: this holds the thread that events come on.
        while (TestWorker.WELCOMED.join().isConnected()) {
            Thread.onSpinWait();
        }
        if (message.as(Integer.class) == HEARD.get()) {
            HEARD.incrementAndGet();
        }
    }

    private static void write() {
        try {
            Files.writeString(Path.of(System.getProperty("heard")), HEARD.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
