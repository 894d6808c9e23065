package dev.handoff.worker;

import dev.handoff.cluster.CurrentWorker;
import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.Announcement;
import dev.handoff.process.spi.Channel;
import dev.handoff.wire.Role;
import java.util.function.Consumer;

/** This process as a worker, supervised or forked: its role, and the peers that it can send messages to. */
abstract class ChannelWorker implements CurrentWorker {
    private final Role role;
    private final Channel channel;
    private final Announcement<CurrentWorker> leaving = new Announcement<>();

    ChannelWorker(Role role, Channel channel) {
        this.role = role;
        this.channel = channel;
    }

    /** The role that the master gave this process. */
    final Role role() {
        return role;
    }

    /** The channel to the master. */
    final Channel channel() {
        return channel;
    }

    @Override
    public final int id() {
        return role.workerId();
    }

    @Override
    public final int slot() {
        return role.slot();
    }

    @Override
    public final int generation() {
        return role.generation();
    }

    @Override
    public final long pid() {
        return ProcessHandle.current().pid();
    }

    @Override
    public final Peer master() {
        return channel;
    }

    @Override
    public final Peer peer(int workerId) {
        return channel.worker(workerId, 0);
    }

    @Override
    public final Peer peerByPid(long pid) {
        return channel.worker(0, pid);
    }

    @Override
    public final Peer others() {
        return channel.others();
    }

    @Override
    public final Subscription onMessage(Consumer<? super Message> listener) {
        return channel.onMessage(listener);
    }

    @Override
    public final Subscription onLeaving(Runnable listener) {
        return leaving.add(self -> listener.run());
    }

    /** Tells the listeners that no more connections come. A second call changes nothing. */
    final void tellLeaving() {
        leaving.fire(this);
    }

    @Override
    public String toString() {
        return "worker " + id() + " (slot " + slot() + ", generation " + generation() + ")";
    }
}
