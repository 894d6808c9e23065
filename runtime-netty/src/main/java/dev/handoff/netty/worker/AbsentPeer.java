package dev.handoff.netty.worker;

import dev.handoff.process.Handle;
import dev.handoff.process.MessageException;
import dev.handoff.process.Peer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A master or a worker that does not exist, because this process serves alone. A message to it fails; a message to all other
 * workers is done at once, for there are none.
 */
final class AbsentPeer implements Peer {
    private final int id;
    private final long pid;

    /**
     * A peer that is not there.
     *
     * @param id as in {@link Peer#id()}
     */
    AbsentPeer(int id, long pid) {
        this.id = id;
        this.pid = pid;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public boolean isConnected() {
        return false;
    }

    @Override
    public CompletableFuture<Void> send(Object message) {
        return id < 0 ? CompletableFuture.completedFuture(null) : refuse();
    }

    @Override
    public CompletableFuture<Void> send(Object message, Handle handle) {
        return refuse();
    }

    @Override
    public <T> CompletableFuture<T> request(Object message, Class<T> answer, Duration limit) {
        return refuse();
    }

    private <T> CompletableFuture<T> refuse() {
        return CompletableFuture.failedFuture(new MessageException(
                "cannot send to " + this + ": this process serves by itself, without master and workers", null));
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public String toString() {
        return id == 0 && pid == 0 ? "the master" : id < 0 ? "the others" : id > 0 ? "worker " + id : "pid " + pid;
    }
}
