package dev.handoff.worker;

import dev.handoff.cluster.CurrentWorker;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.Announcement;
import dev.handoff.wire.Role;

/** This process as a worker, for programs. */
final class ThisWorker implements CurrentWorker {
    private final Role role;
    private final WorkerRuntime runtime;
    private final Announcement<CurrentWorker> leaving = new Announcement<>();

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
    public Subscription onLeaving(Runnable listener) {
        return leaving.add(self -> listener.run());
    }

    void tellLeaving() {
        leaving.fire(this);
    }

    @Override
    public String toString() {
        return "worker " + id() + " (slot " + slot() + ", generation " + generation() + ")";
    }
}
