package dev.handoff.netty.worker;

import dev.handoff.wire.Progress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * First in every pipeline: lets the handler build the rest as soon as the channel has its event loop, and tells that the
 * connection was read from for the first time. On the connection's event loop.
 */
final class ConnectionTracker extends ChannelDuplexHandler {
    /** A pipeline that chooses its protocol by the first bytes has chosen by then. */
    private static final int MOST_LOOKS = 16;

    private static final byte[] NOTHING = {};

    private final Connections connections;
    private final Connection connection;
    private final long frame;
    private final @Nullable Progress progress;
    private int reads;
    private boolean asked;
    private byte[] toReplay = NOTHING;
    private @Nullable ChannelHandlerContext own;

    ConnectionTracker(Connections connections, Connection connection, long frame, @Nullable Progress progress) {
        this.connections = connections;
        this.connection = connection;
        this.frame = frame;
        this.progress = progress;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        own = context;
        if (!connection.initChannel(context.channel())) {
            context.close();
        }
    }

    /** Behind this point the first bytes are asked for. What another worker has read comes before them. */
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

    /** Bytes that another worker has read and not used are read once more, as soon as they are asked for. */
    void replay(byte[] bytes) {
        toReplay = bytes;
        connection.received(bytes.length);
        ChannelHandlerContext context = Objects.requireNonNull(own);
        if (asked || context.channel().config().isAutoRead()) {
            replay(context);
        }
    }

    private void replay(ChannelHandlerContext context) {
        asked = false;
        byte[] bytes = toReplay;
        toReplay = NOTHING;
        noteRead();
        context.fireChannelRead(Unpooled.wrappedBuffer(bytes));
        context.fireChannelReadComplete();
    }

    @Override
    public void read(ChannelHandlerContext context) {
        asked = true;
        if (toReplay.length > 0) {
            replay(context);
        } else {
            context.read();
        }
    }

    /** The channel was out of epoll, where a call of read() has no effect. With autoRead Netty calls it again. */
    @Override
    public void channelRegistered(ChannelHandlerContext context) {
        if (asked && !context.channel().config().isAutoRead()) {
            context.read();
        }
        context.fireChannelRegistered();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        asked = false;
        noteRead();
        if (message instanceof ByteBuf bytes) {
            connection.received(bytes.readableBytes());
        }
        context.fireChannelRead(message);
        if (reads <= MOST_LOOKS || connection.isLeaving()) {
            connection.read(context.channel());
        }
    }

    private void noteRead() {
        if (reads++ == 0) {
            connection.touched();
            connections.firstRead(frame);
        }
    }

    /** Gets failures that come before any other handler is called, such as one to allocate the buffer for a read. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Exhaustion.check(cause);
        context.fireExceptionCaught(cause);
    }
}
