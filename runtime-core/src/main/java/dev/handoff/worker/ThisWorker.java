package dev.handoff.worker;

import dev.handoff.cluster.CurrentWorker;
import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.Announcement;
import dev.handoff.process.spi.Channel;
import dev.handoff.wire.Role;
import java.util.function.Consumer;

/** This process as a worker, for programs. */
final class ThisWorker implements CurrentWorker {
    private final Role role;
    private final WorkerRuntime runtime;
    private final Channel channel;
    private final Announcement<CurrentWorker> leaving = new Announcement<>();

    ThisWorker(Role role, WorkerRuntime runtime, Channel channel) {
        this.role = role;
        this.runtime = runtime;
        this.channel = channel;
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
    public Peer master() {
        return channel;
    }

    @Override
    public Peer peer(int workerId) {
        return channel.worker(workerId, 0);
    }

    @Override
    public Peer peerByPid(long pid) {
        return channel.worker(0, pid);
    }

    @Override
    public Peer others() {
        return channel.others();
    }

    @Override
    public Subscription onMessage(Consumer<? super Message> listener) {
        return channel.onMessage(listener);
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
