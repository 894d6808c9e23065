package dev.handoff.netty;

import dev.handoff.wire.Progress;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * First in every pipeline: lets the handler build the rest as soon as the channel has its event loop, tells that the
 * connection was read from for the first time, and that it has ended. On the connection's event loop.
 */
final class ConnectionTracker extends ChannelInboundHandlerAdapter implements ChannelFutureListener {
    private final Connections connections;
    private final Connection connection;
    private final long frame;
    private final @Nullable Progress progress;
    private boolean read;

    ConnectionTracker(Connections connections, Connection connection, long frame, @Nullable Progress progress) {
        this.connections = connections;
        this.connection = connection;
        this.frame = frame;
        this.progress = progress;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.channel().closeFuture().addListener(this);
        if (!connection.initChannel(context.channel())) {
            context.close();
        }
    }

    /** Behind this the first bytes are asked for: what another worker has read comes before them. */
    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.fireChannelActive();
        if (progress != null) {
            connection.continues(progress.served());
            if (!connection.resume(context.channel(), progress.state())) {
                context.close();
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!read) {
            read = true;
            connection.touched();
            connections.firstRead(frame);
        }
        context.fireChannelRead(message);
    }

    /** What fails before any other handler has its turn, such as the buffer for a read. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Exhaustion.check(cause);
        context.fireExceptionCaught(cause);
    }

    @Override
    public void operationComplete(ChannelFuture closed) {
        connections.ended(closed.channel());
    }
}
