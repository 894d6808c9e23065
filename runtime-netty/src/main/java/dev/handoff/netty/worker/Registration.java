package dev.handoff.netty.worker;

import dev.handoff.process.spi.Logs;
import dev.handoff.unix.RareLog;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import java.io.IOException;

/**
 * Puts channels into the epoll of their event loop, which the kernel may refuse: ENOSPC, when this user has as many watches as {@code
 * fs.epoll.max_user_watches} allows, or ENOMEM. Netty never completes the registration then ({@code AbstractEpollChannel.doRegister} of
 * 4.2.18 throws in a listener), and the client would wait for ever: the channel is closed, and its end told. On the event loop, except where it says otherwise.
 */
public final class Registration {
    private static final RareLog LOG = new RareLog(Logs.of(Registration.class));

    private static final String REFUSED = "the kernel has no room for it in epoll (fs.epoll.max_user_watches)";

    private Registration() {}

    /** For the first time: no handler has seen the channel yet. */
    static ChannelFuture first(EventLoop loop, Channel channel) {
        return register(loop, channel, () -> {});
    }

    /** Once more: its handlers are told of its end, which Netty does only where a channel is registered. */
    static ChannelFuture again(EventLoop loop, Channel channel) {
        return register(loop, channel, () -> channel.pipeline().fireChannelInactive());
    }

    private static ChannelFuture register(EventLoop loop, Channel channel, Runnable onClosed) {
        ChannelFuture registered = loop.register(channel);
        if (!registered.isDone()) {
            // Behind what Netty may have put off until this turn of the loop is over.
            loop.execute(() -> closeIfRefused(registered, onClosed));
        }
        return registered;
    }

    /** A channel that another one registers, with its own means. Any thread. */
    public static ChannelFuture watch(ChannelFuture registered) {
        if (!registered.isDone()) {
            EventLoop loop = registered.channel().eventLoop();
            loop.execute(() -> loop.execute(() -> closeIfRefused(registered, () -> {})));
        }
        return registered;
    }

    private static void closeIfRefused(ChannelFuture registered, Runnable onClosed) {
        if (!registered.isDone()) {
            Channel channel = registered.channel();
            LOG.warn("closes " + channel + ": " + REFUSED);
            channel.unsafe().close(channel.unsafe().voidPromise());
            ((ChannelPromise) registered).tryFailure(new IOException(REFUSED));
            onClosed.run();
        }
    }
}
