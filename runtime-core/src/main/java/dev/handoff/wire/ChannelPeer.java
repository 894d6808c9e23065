package dev.handoff.wire;

import dev.handoff.process.Handle;
import dev.handoff.process.Peer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A peer that can be reached over a channel, at one address. */
class ChannelPeer implements Peer {
    private final Conversation conversation;
    private final long address;
    private final int id;
    private final long pid;

    /**
     * A peer.
     *
     * @param id as in {@link Peer#id()}
     */
    ChannelPeer(Conversation conversation, long address, int id, long pid) {
        this.conversation = conversation;
        this.address = address;
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
        return conversation.isConnected();
    }

    @Override
    public boolean isWritable() {
        return conversation.isWritable(address);
    }

    @Override
    public CompletableFuture<Void> send(Object message) {
        return conversation.send(address, message, null);
    }

    @Override
    public CompletableFuture<Void> send(Object message, Handle handle) {
        return conversation.send(address, message, handle);
    }

    @Override
    public <T> CompletableFuture<T> request(Object message, Class<T> answer, Duration limit) {
        return conversation.request(address, message, answer, limit);
    }

    @Override
    public String toString() {
        return Address.isRouted(address) ? Address.text(address) : "pid " + pid;
    }
}
