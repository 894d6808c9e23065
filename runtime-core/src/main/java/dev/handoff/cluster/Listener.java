package dev.handoff.cluster;

/** A listener of a worker. It keeps the worker's process alive while it is open. Any thread may call. */
public interface Listener extends AutoCloseable {
    /** Its address, with the port that the kernel chose. */
    ListenAddress address();

    /** Lets this process end although the listener is open. A second call changes nothing. */
    void unref();

    /** Lets the listener keep this process alive again. A second call changes nothing. */
    void ref();

    /**
     * Gets no more connections. Those that the master has sent already are still served. The master goes on accepting as long as other workers
     * listen there. A second call changes nothing.
     */
    @Override
    void close();
}
