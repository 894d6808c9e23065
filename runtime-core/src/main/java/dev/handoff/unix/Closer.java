package dev.handoff.unix;

import dev.handoff.process.spi.Logs;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;

/**
 * Undoes what was done, the last first and to the end, whatever fails on the way. Any thread.
 */
public final class Closer implements AutoCloseable {
    private static final Logger LOG = Logs.of(Closer.class);

    /** Something to be undone. */
    public interface Step {
        /** Undoes it. */
        void undo() throws Exception;
    }

    private record Named(String what, Step step) {}

    private final Deque<Named> steps = new ArrayDeque<>();

    /**
     * Has something undone at the end.
     *
     * @param what for the log, if it fails: "cannot " and this
     */
    public synchronized void add(String what, Step step) {
        steps.push(new Named(what, step));
    }

    @Override
    public synchronized void close() {
        for (Named named = steps.poll(); named != null; named = steps.poll()) {
            try {
                named.step().undo();
            } catch (Exception e) {
                LOG.error("cannot {}: goes on with the rest", named.what(), e);
            }
        }
    }
}
