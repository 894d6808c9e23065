package dev.handoff.netty.worker;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Tells whether a client has stopped taking what is sent to it: looked at now and then, something waits for it and has not
 * changed. Used on the connection's event loop.
 */
public final class WriteWatch {
    /** Looks without a change until a client counts as stuck. */
    public static final int PATIENCE = 4;

    private final Outbound outbound;
    private long pending;
    private long progress;
    private int looks;

    /** What waits for a client. */
    public interface Outbound {
        /** Whether anything does. */
        boolean isWaiting();

        /** Bytes that do. */
        long pending();

        /** Bytes that the client has taken, in whatever way they are counted. */
        long progress();
    }

    /** Of what waits there. */
    public WriteWatch(Outbound outbound) {
        this.outbound = outbound;
    }

    /** Of a whole connection. */
    public static WriteWatch of(Channel channel) {
        return new WriteWatch(new Socket(channel));
    }

    /** Forgets what was seen before. */
    public void reset() {
        looks = 0;
    }

    /** Looks once more. */
    public boolean isStuck() {
        if (!outbound.isWaiting()) {
            looks = 0;
            return false;
        }
        boolean changed = pending != outbound.pending() || progress != outbound.progress();
        pending = outbound.pending();
        progress = outbound.progress();
        looks = changed || looks == 0 ? 1 : looks + 1;
        return looks > PATIENCE;
    }

    /** What does not fit into a connection's socket. */
    public record Socket(Channel channel) implements Outbound {
        @Override
        public boolean isWaiting() {
            ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
            return buffer != null && !buffer.isEmpty();
        }

        @Override
        public long pending() {
            return channel.unsafe().outboundBuffer().totalPendingWriteBytes();
        }

        @Override
        public long progress() {
            return channel.unsafe().outboundBuffer().currentProgress();
        }
    }
}
