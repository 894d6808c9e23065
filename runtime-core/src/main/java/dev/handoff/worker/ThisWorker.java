package dev.handoff.worker;

import dev.handoff.cluster.CurrentWorker;
import dev.handoff.process.Subscription;
import dev.handoff.wire.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This process as a worker, for programs. */
final class ThisWorker implements CurrentWorker {
    private static final Logger LOG = LoggerFactory.getLogger(ThisWorker.class);

    private final Role role;
    private final WorkerRuntime runtime;
    private final List<Runnable> leavingListeners = new ArrayList<>();
    private final ExecutorService events = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "handoff-events");
        thread.setDaemon(true);
        return thread;
    });
    private boolean leaving;

    ThisWorker(Role role, WorkerRuntime runtime) {
        this.role = role;
        this.runtime = runtime;
    }

    @Override
    public int id() {
        return role.workerId();
    }

    @Override
    public int slot() {
        return role.slot();
    }

    @Override
    public int generation() {
        return role.generation();
    }

    @Override
    public long pid() {
        return ProcessHandle.current().pid();
    }

    @Override
    public boolean isConnected() {
        return runtime.isConnected();
    }

    @Override
    public void disconnect() {
        runtime.requestLeave("it asked to leave");
    }

    @Override
    public synchronized Subscription onLeaving(Runnable listener) {
        if (leaving) {
            events.execute(() -> call(listener));
            return () -> {};
        }
        leavingListeners.add(listener);
        return () -> remove(listener);
    }

    private synchronized void remove(Runnable listener) {
        leavingListeners.remove(listener);
    }

    synchronized void tellLeaving() {
        if (!leaving) {
            leaving = true;
            leavingListeners.forEach(listener -> events.execute(() -> call(listener)));
        }
    }

    private static void call(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException e) {
            LOG.error("a listener for leaving failed; the others are called all the same", e);
        }
    }

    @Override
    public String toString() {
        return "worker " + id() + " (slot " + slot() + ", generation " + generation() + ")";
    }
}
