package dev.handoff.worker;

import dev.handoff.cluster.ListenAddress;
import dev.handoff.process.spi.Reference;
import dev.handoff.process.spi.Threads;

/** An address that this worker has opened or shares: while it is there, and counts, it keeps the process alive. */
abstract class WorkerAddress {
    private final ListenAddress address;
    private final Reference reference = new Reference();

    WorkerAddress(ListenAddress address) {
        this.address = address;
    }

    /** Where. */
    public final ListenAddress address() {
        return address;
    }

    /** Does not keep the process from now on. */
    public final void unref() {
        reference.unref();
    }

    /** Keeps the process again. */
    public final void ref() {
        reference.ref();
    }

    final void there(boolean isThere) {
        reference.there(isThere);
    }

    /**
     * Waits for what comes to it, on a thread of its own that does not keep the process. What comes before there can be one waits in
     * the kernel, or at the master.
     */
    final void startThread(String prefix, Runnable waiting) {
        Threads.startSoon(Threads.daemon(prefix + address, waiting));
    }
}
