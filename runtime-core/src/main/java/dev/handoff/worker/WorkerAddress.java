package dev.handoff.worker;

import dev.handoff.cluster.ListenAddress;
import dev.handoff.process.spi.Reference;
import dev.handoff.process.spi.Threads;

/** An address that this worker has opened or shares. It keeps the process alive while it is open, unless {@link #unref} was called. */
abstract class WorkerAddress {
    private final ListenAddress address;
    private final Reference reference = new Reference();

    WorkerAddress(ListenAddress address) {
        this.address = address;
    }

    /** The address. */
    public final ListenAddress address() {
        return address;
    }

    /** Does not keep the process alive from now on. */
    public final void unref() {
        reference.unref();
    }

    /** Keeps the process alive again. */
    public final void ref() {
        reference.ref();
    }

    final void there(boolean isThere) {
        reference.there(isThere);
    }

    /**
     * Waits for connections or datagrams, on a daemon thread of its own. While no thread can be started they wait in the kernel, or in
     * the master.
     */
    final void startThread(String prefix, Runnable waiting) {
        Threads.startSoon(Threads.daemon(prefix + address, waiting));
    }
}
