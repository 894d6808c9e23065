package dev.handoff.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Tells whether a client has stopped taking what is sent to it: looked at now and then, its outbound buffer is not empty and
 * has not changed. Used on the connection's event loop.
 */
final class WriteWatch {
    /** Looks without a change until a client counts as stuck. */
    static final int PATIENCE = 4;

    private long pending;
    private long progress;
    private int looks;

    /** Forgets what was seen before. */
    void reset() {
        looks = 0;
    }

    /** Looks once more. */
    boolean isStuck(Channel channel) {
        ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
        if (outbound == null || outbound.isEmpty()) {
            looks = 0;
            return false;
        }
        boolean changed = pending != outbound.totalPendingWriteBytes() || progress != outbound.currentProgress();
        pending = outbound.totalPendingWriteBytes();
        progress = outbound.currentProgress();
        looks = changed || looks == 0 ? 1 : looks + 1;
        return looks > PATIENCE;
    }
}
