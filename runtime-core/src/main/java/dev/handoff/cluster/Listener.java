package dev.handoff.cluster;

/** A place where a worker listens, which keeps the worker's process alive while it is open. Any thread may call. */
public interface Listener extends AutoCloseable {
    /** Where, with the port that the kernel chose. */
    ListenAddress address();

    /** Lets this process end although the listener is open. A second call changes nothing. */
    void unref();

    /** Lets the listener keep this process alive again. A second call changes nothing. */
    void ref();

    /**
     * Takes no more from there. What the master has sent already is still served; it accepts on as long as other workers listen
     * there. A second call changes nothing.
     */
    @Override
    void close();
}
