package dev.handoff.jvm;

import java.io.ByteArrayOutputStream;

/** Collects what a child says on one stream, up to a limit. One thread adds, and another may read once that has ended. */
final class Collector {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final long limit;
    private final Runnable onTooMuch;

    Collector(long limit, Runnable onTooMuch) {
        this.limit = limit;
        this.onTooMuch = onTooMuch;
    }

    synchronized void take(byte[] chunk) {
        int room = (int) Math.min(chunk.length, limit - bytes.size());
        bytes.write(chunk, 0, room);
        if (room < chunk.length) {
            onTooMuch.run();
        }
    }

    synchronized byte[] bytes() {
        return bytes.toByteArray();
    }
}
