package dev.handoff.netty.worker;

import dev.handoff.process.spi.Logs;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import org.slf4j.Logger;

/**
 * Closes a connection in the middle of a response so that its client sees that something is missing: by a reset. An ordinary end
 * looks like that of a whole response where only the end of the connection tells how long it is, as in HTTP/1.0; over TLS so
 * does close_notify. Used on the connection's event loop.
 *
 * <p>{@code SO_LINGER} with 0 is used. It belongs to the socket: the process that closes its last copy resets the connection,
 * and so does the kernel when that process dies. A Unix socket has no reset: its client sees an ordinary end. Source: socket(7).
 */
public final class AbortiveClose {
    private static final Logger LOG = Logs.of(AbortiveClose.class);
    private static final int RESET = 0;
    private static final int ORDINARY = -1;

    private AbortiveClose() {}

    /** Closes now. What was not sent yet is thrown away, TLS's close_notify too. */
    public static void now(Channel channel) {
        prepare(channel);
        channel.unsafe().close(channel.unsafe().voidPromise());
    }

    /** From now on every end of the connection resets it, the death of this process too. */
    public static void prepare(Channel channel) {
        setLinger(channel, RESET);
    }

    /** From now on the connection ends in the ordinary way. */
    public static void takeBack(Channel channel) {
        setLinger(channel, ORDINARY);
    }

    private static void setLinger(Channel channel, int seconds) {
        if (channel instanceof SocketChannel && channel.isOpen()) {
            try {
                channel.config().setOption(ChannelOption.SO_LINGER, seconds);
            } catch (ChannelException e) {
                LOG.debug("{} has lost its peer before it could be told how to end", channel, e);
            }
        }
    }
}
