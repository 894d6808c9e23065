package dev.handoff.netty.worker;

import io.netty.channel.Channel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLException;

/** What a channel's pipeline tells of its TLS. Used on the connection's event loop. */
public final class TlsPipeline {
    private TlsPipeline() {}

    /** Whether a channel's pipeline begins with TLS. */
    public static boolean protects(Channel channel) {
        return channel.pipeline().get(SslHandler.class) != null
                || channel.pipeline().get(AbstractSniHandler.class) != null;
    }

    /** Whether a handshake has begun, or is to come, and is not over. */
    public static boolean isShakingHands(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls == null ? protects(channel) : !tls.handshakeFuture().isDone();
    }

    /** Whether a failure is a handshake or a record that the other side got wrong. */
    public static boolean isClientsFault(Throwable failure) {
        return failure instanceof DecoderException && failure.getCause() instanceof SSLException;
    }

    /** Whether a handshake that is over has agreed on HTTP/2. */
    public static boolean hasChosenHttp2(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls != null && ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol());
    }

    /** Whether that event says that the client has ended its direction of TLS, be its TCP connection open or not. */
    public static boolean hasEndedInput(Object event) {
        return event instanceof SslCloseCompletionEvent closed && closed.isSuccess();
    }

    /** Whether that event says so, and nothing can be sent to the client any more: OpenSSL cannot go on in one direction. */
    public static boolean hasEnded(Channel channel, Object event) {
        return event instanceof SslCloseCompletionEvent && canSendNoMore(channel);
    }

    /** Whether TLS has ended, so that nothing that is sent reaches the client any more. */
    private static boolean canSendNoMore(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls != null && tls.engine().isOutboundDone();
    }
}
