package dev.handoff.netty.worker;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection so that the client reads what was sent to it.
 *
 * <p>A socket that is closed while bytes from the client are unread, or still on their way, answers them with a reset, and a
 * reset throws away what the client has not read yet: the very response that said why. So this sends what is left (over TLS
 * close_notify too), ends our direction, and then reads and discards until the client ends its own, is silent for 2 s,
 * or 10 s have gone by. Source: RFC 9112, section 9.6.
 *
 * <p>It sits below the TLS handler and lets nothing pass up any more. Used on the connection's event loop.
 */
public final class LingeringClose extends ChannelInboundHandlerAdapter {
    private static final long SILENCE_MILLIS = 2_000;
    private static final long OVERALL_MILLIS = 10_000;

    private final Channel channel;
    private boolean heard;
    private @Nullable Future<?> silence;
    private @Nullable Future<?> overall;

    private LingeringClose(Channel channel) {
        this.channel = channel;
    }

    /** Closes this connection. A second call changes nothing; the pipeline hears of the end by {@code channelInactive}. */
    public static void close(Channel channel) {
        if (!channel.isActive() || !(channel instanceof DuplexChannel)) {
            now(channel);
        } else if (channel.pipeline().get(LingeringClose.class) == null) {
            new LingeringClose(channel).begin();
        }
    }

    /** Closes this connection at once: no byte of the client can be unread, or nothing that was sent matters. */
    public static void now(Channel channel) {
        var unused = channel.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        heard = true;
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (!channel.config().isAutoRead()) {
            context.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            now(channel);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cancel(silence);
        cancel(overall);
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        now(channel);
    }

    private void begin() {
        channel.pipeline().addFirst(this);
        if (!channel.config().isAutoRead()) {
            Reregistration.around(channel, () -> channel.config().setAutoRead(true));
        }
        overall = channel.eventLoop().schedule(this::giveUp, OVERALL_MILLIS, TimeUnit.MILLISECONDS);
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        ChannelFuture sent = tls == null ? channel.writeAndFlush(Unpooled.EMPTY_BUFFER) : tls.closeOutbound();
        sent.addListener(done -> endOutput());
    }

    private void giveUp() {
        if (new WriteWatch.Socket(channel).isWaiting()) {
            AbortiveClose.now(channel);
        } else {
            now(channel);
        }
    }

    private void endOutput() {
        if (((DuplexChannel) channel).isInputShutdown()) {
            now(channel);
            return;
        }
        ((DuplexChannel) channel).shutdownOutput().addListener(done -> awaitSilence());
    }

    private void awaitSilence() {
        if (channel.isActive()) {
            heard = false;
            silence = channel.eventLoop().schedule(this::closeIfSilent, SILENCE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void closeIfSilent() {
        if (heard) {
            awaitSilence();
        } else {
            now(channel);
        }
    }

    private static void cancel(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
