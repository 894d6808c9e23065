package dev.handoff.worker;

import dev.handoff.cluster.CurrentWorker;

/** A worker whose master starts another one in its place. Any thread may call. */
public interface Replaceable extends CurrentWorker {
    /**
     * Tells the master that this worker has run out of something. It serves on, and leaves when its successor is ready. To be called again
     * while that lasts: of a shortage that has passed before a successor could be started nothing comes.
     *
     * @param why of what, for people
     */
    void askForSuccessor(String why);
}
