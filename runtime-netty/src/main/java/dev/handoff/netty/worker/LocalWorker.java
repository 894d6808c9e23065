package dev.handoff.netty.worker;

import dev.handoff.cluster.CurrentWorker;
import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.Announcement;
import java.util.function.Consumer;

/** This process as its own worker, as programs see it. */
final class LocalWorker implements CurrentWorker {
    private final Runnable leave;
    private final Announcement<CurrentWorker> leaving = new Announcement<>();
    private volatile boolean asked;

    /**
     * The first and only one.
     *
     * @param leave what it does when it is asked to leave
     */
    LocalWorker(Runnable leave) {
        this.leave = leave;
    }

    @Override
    public int id() {
        return 1;
    }

    @Override
    public int slot() {
        return 1;
    }

    @Override
    public int generation() {
        return 1;
    }

    @Override
    public long pid() {
        return ProcessHandle.current().pid();
    }

    @Override
    public boolean isConnected() {
        return false;
    }

    @Override
    public Peer master() {
        return new AbsentPeer(0, 0);
    }

    @Override
    public Peer peer(int workerId) {
        return new AbsentPeer(workerId, 0);
    }

    @Override
    public Peer peerByPid(long pid) {
        return new AbsentPeer(0, pid);
    }

    @Override
    public Peer others() {
        return new AbsentPeer(-1, 0);
    }

    /** There is no other process that could send a message. */
    @Override
    public Subscription onMessage(Consumer<? super Message> listener) {
        return () -> {};
    }

    @Override
    public void disconnect() {
        asked = true;
        leave.run();
    }

    /** The process is the program's own, and stays alive. */
    @Override
    public void kill() {
        disconnect();
    }

    @Override
    public boolean exitedAfterDisconnect() {
        return asked;
    }

    /** There is no channel that could end. */
    @Override
    public Subscription onDisconnect(Runnable listener) {
        return () -> {};
    }

    @Override
    public Subscription onLeaving(Runnable listener) {
        return leaving.add(self -> listener.run());
    }

    void tellLeaving() {
        leaving.fire(this);
    }
}
