package dev.handoff.child;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.util.Arrays;

/** Collects what a child says on one stream, up to a limit. One thread adds, and another may read once that has ended. */
final class Collector {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final long limit;
    private final Charset encoding;
    private final Runnable onTooMuch;
    private boolean cut;

    Collector(long limit, Charset encoding, Runnable onTooMuch) {
        this.limit = limit;
        this.encoding = encoding;
        this.onTooMuch = onTooMuch;
    }

    synchronized void take(byte[] chunk) {
        int room = (int) Math.min(chunk.length, limit - bytes.size());
        bytes.write(chunk, 0, room);
        if (room < chunk.length) {
            cut = true;
            onTooMuch.run();
        }
    }

    /** What is cut at the limit ends with a whole character. */
    synchronized byte[] bytes() {
        byte[] all = bytes.toByteArray();
        return cut ? Arrays.copyOf(all, WholeCharacters.length(all, encoding)) : all;
    }
}
