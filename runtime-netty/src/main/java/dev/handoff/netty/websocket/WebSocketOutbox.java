package dev.handoff.netty.websocket;

import dev.handoff.netty.worker.WriteWatch;
import dev.handoff.process.Peer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.concurrent.atomic.AtomicLong;

/** What waits to be sent to the client of one WebSocket, and how much. */
final class WebSocketOutbox {
    private static final long MOST_UNSENT = Peer.MOST_BYTES;
    private static final long WRITABLE_BELOW = 128 * 1024;

    /** What a frame costs beside its payload, about: a million empty ones are not nothing. */
    private static final long FRAME_COST = 128;

    private final Channel channel;
    private final WriteWatch.Outbound outbound;
    private final Runnable onChange;
    private final AtomicLong unsent = new AtomicLong();

    /* The event loop's: what was seen when the client's taking was looked at last. */
    private long framesGone;
    private long framesSeen;
    private long progressSeen;
    private boolean wasStuck;

    /**
     * An empty one.
     *
     * @param outbound what waits behind the channel
     * @param onChange called on the event loop when more or less waits
     */
    WebSocketOutbox(Channel channel, WriteWatch.Outbound outbound, Runnable onChange) {
        this.channel = channel;
        this.outbound = outbound;
        this.onChange = onChange;
    }

    /** Any thread. */
    boolean isWritable() {
        return unsent.get() <= WRITABLE_BELOW;
    }

    /** Whether so much waits that no more may. Any thread. */
    boolean isFull() {
        return unsent.get() >= MOST_UNSENT;
    }

    /**
     * Counts a frame as waiting. Any thread.
     *
     * @return what it is counted with
     */
    long add(WebSocketFrame frame) {
        long cost = frame.content().readableBytes() + FRAME_COST;
        unsent.addAndGet(cost);
        return cost;
    }

    /** A frame that was counted does not wait any more. Any thread. */
    void remove(long cost) {
        unsent.addAndGet(-cost);
    }

    /** Sends a frame that was counted. On the event loop. */
    ChannelFuture send(WebSocketFrame frame, long cost) {
        ChannelFuture written = channel.writeAndFlush(frame);
        written.addListener(done -> onGone(cost));
        onChange.run();
        return written;
    }

    /** Counts and sends a frame. On the event loop. */
    ChannelFuture send(WebSocketFrame frame) {
        return send(frame, add(frame));
    }

    /**
     * Whether the client is known to have taken something since this was asked before: only where bytes had to wait
     * then and do now. What goes at once says nothing. On the event loop.
     */
    boolean hasMoved() {
        boolean stuck = outbound.isWaiting();
        long progress = stuck ? outbound.progress() : 0;
        boolean moved = wasStuck && (framesGone != framesSeen || progress != progressSeen);
        wasStuck = stuck;
        framesSeen = framesGone;
        progressSeen = progress;
        return moved;
    }

    private void onGone(long cost) {
        remove(cost);
        framesGone++;
        onChange.run();
    }
}
