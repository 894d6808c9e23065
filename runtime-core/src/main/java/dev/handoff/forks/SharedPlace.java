package dev.handoff.forks;

import dev.handoff.cluster.ListenAddress;
import dev.handoff.wire.RuntimePaths;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * An address that the master has opened for the workers that asked for it. Everything happens under the lock of {@link
 * SharedListeners}.
 *
 * <pre>
 *   a worker   join ─▶ (it has what it asked for) ─▶ leave ─▶ (it takes what is under way) ─▶ gone
 *   the last   join ─▶ (it has what it asked for) ─▶ leave ─▶ (no new worker comes in) ─▶ (the same) ─▶ gone ─▶ closed
 * </pre>
 */
abstract class SharedPlace {
    private enum Use {
        OPEN,
        LEAVING
    }

    private final int key;
    private final ListenAddress address;
    private final Map<Integer, Use> users = new HashMap<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private boolean closing;

    SharedPlace(int key, ListenAddress address) {
        this.key = key;
        this.address = address;
    }

    final int key() {
        return key;
    }

    final ListenAddress address() {
        return address;
    }

    /** Whether no new worker can join. */
    final boolean isClosing() {
        return closing;
    }

    /** Done when nothing of it is left. */
    final CompletableFuture<Void> closed() {
        return closed;
    }

    final boolean has(int workerId) {
        return users.containsKey(workerId);
    }

    /** A worker comes in. */
    final Admission join(ForkedProcess worker) throws IOException {
        Admission admission = admit(worker);
        users.put(worker.id(), Use.OPEN);
        return admission;
    }

    /** The first worker joins. If that fails no worker has the address. */
    final Admission joinFirst(ForkedProcess worker) throws IOException {
        try {
            return join(worker);
        } finally {
            closeIfUnused();
        }
    }

    /**
     * A worker wants no more.
     *
     * @param staysOpen whether clients are to wait for another if it is the last one
     */
    final void leave(int workerId, boolean staysOpen) {
        if (users.replace(workerId, Use.OPEN, Use.LEAVING)) {
            if (staysOpen || users.containsValue(Use.OPEN)) {
                drain(workerId);
            } else {
                closing = true;
                drainLast(workerId);
            }
        }
    }

    /** A worker has nothing to do with it any more, or is dead. */
    final void gone(int workerId) {
        if (users.remove(workerId) != null) {
            remove(workerId);
            if (closing && users.isEmpty()) {
                shut();
            }
        }
    }

    final void closeIfUnused() {
        if (users.isEmpty() && !closing) {
            closing = true;
            shut();
        }
    }

    /** Sees that workers find what they need in the runtime directory, which may have been made anew. */
    abstract void moveTo(RuntimePaths paths) throws IOException;

    /** What a worker gets that comes in. */
    abstract Admission admit(ForkedProcess worker) throws IOException;

    /** Sends nothing more to a worker, where it is this process that sends. */
    abstract void drain(int workerId);

    /** Lets no new worker join, then sends nothing more to the last one. */
    abstract void drainLast(int workerId);

    /** Forgets a worker. */
    abstract void remove(int workerId);

    /** Closes it, and completes {@link #closed} then. */
    abstract void shut();
}
