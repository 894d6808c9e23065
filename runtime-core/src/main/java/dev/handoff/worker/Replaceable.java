package dev.handoff.worker;

import dev.handoff.cluster.CurrentWorker;

/** A worker whose master starts another one in its place. Any thread may call. */
public interface Replaceable extends CurrentWorker {
    /**
     * Tells the master that this worker has run out of a resource. It goes on serving, and leaves when its successor is ready. Must be called
     * again while that lasts: a shortage that has passed before a successor could be started has no effect.
     *
     * @param why of which resource, for the log
     */
    void askForSuccessor(String why);
}
