package dev.handoff.cluster;

/** A place where a worker listens. Any thread may call. */
public interface Listener extends AutoCloseable {
    /** Where, with the port that the kernel chose. */
    ListenAddress address();

    /**
     * Takes no more from there. What the master has sent already is still served; it accepts on as long as other workers listen
     * there. A second call changes nothing.
     */
    @Override
    void close();
}
