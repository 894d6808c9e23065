package dev.handoff.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The open connections of one event loop. Used on that event loop. */
final class Connections {
    private final Runnable onFirstRead;
    private final Set<Channel> open = new HashSet<>();
    private final CompletableFuture<Void> emptied = new CompletableFuture<>();
    private boolean leaving;

    /** Connections that tell when each of them is read from for the first time. */
    Connections(Runnable onFirstRead) {
        this.onFirstRead = onFirstRead;
    }

    /** Takes a channel up; its handler builds the pipeline as soon as the channel has its event loop. */
    void add(Channel channel, Connection connection, WorkerHandler handler) {
        open.add(channel);
        connection.opened(channel);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().addLast(new ConnectionTracker(this, connection, handler));
    }

    void firstRead() {
        onFirstRead.run();
    }

    void ended(Channel channel) {
        open.remove(channel);
        Connection.of(channel).closed();
        completeIfEmpty();
    }

    /** No more will come: tells those that are there. */
    void leave() {
        leaving = true;
        for (Channel channel : List.copyOf(open)) {
            channel.pipeline().fireUserEventTriggered(ConnectionEvent.LEAVING);
        }
        completeIfEmpty();
    }

    private void completeIfEmpty() {
        if (leaving && open.isEmpty()) {
            emptied.complete(null);
        }
    }

    /** Done when no more come and the last one has ended. Any thread may ask. */
    CompletableFuture<Void> emptied() {
        return emptied;
    }

    /**
     * Closes those that are left.
     *
     * @return how many requests in progress did not get their answer
     */
    int cut() {
        int requests = 0;
        for (Channel channel : List.copyOf(open)) {
            if (Connection.of(channel).requestInProgress()) {
                requests++;
            }
            channel.close();
        }
        return requests;
    }
}
