package dev.handoff.master;

import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Message;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A worker that hears nothing before it has said goodbye. It writes one byte for each message that it hears in its turn. */
public final class LateWorker {
    private static final OutputStream JOURNAL = journal();
    private static int heard;

    private LateWorker() {}

    private static OutputStream journal() {
        try {
            return Files.newOutputStream(Path.of(System.getProperty("heard")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Serves. */
    public static void main(String[] args) throws Exception {
        CurrentProcess.onMessage(LateWorker::hear);
        TestWorker.main(args);
    }

    private static void hear(Message message) {
        // No event tells of it: this holds the thread that events come on.
        while (TestWorker.WELCOMED.join().isConnected()) {
            Thread.onSpinWait();
        }
        if (message.as(Integer.class) == heard) {
            heard++;
            write();
        }
    }

    private static void write() {
        try {
            JOURNAL.write('.');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
