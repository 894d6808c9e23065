package dev.handoff.netty.http;

import dev.handoff.netty.Body;
import dev.handoff.netty.worker.Connection;
import dev.handoff.process.spi.Logs;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a connection of HTTP/1.1 and a stream of HTTP/2 have in common: the bytes that came and were not read yet, and at most
 * one exchange at a time. Used on the connection's event loop, but for {@link #execute}.
 */
abstract class CarrierHandler extends ChannelInboundHandlerAdapter implements Carrier, Pace.Late {
    private static final Logger LOG = Logs.of(CarrierHandler.class);

    ByteBuf input = Unpooled.EMPTY_BUFFER;

    @Nullable
    Exchange exchange;

    boolean inputEnded;
    boolean ending;
    private final Channel channel;
    private boolean proceeding;

    CarrierHandler(Channel channel) {
        this.channel = channel;
    }

    /** The connection, which a stream shares with others. */
    abstract Connection connection();

    /** Where requests on this connection come from. */
    abstract ServerRequest.Origin origin();

    /**
     * Makes one step with the bytes that wait.
     *
     * @return whether another one may follow
     */
    abstract boolean step();

    /** So many of the bytes that waited were used. */
    void onInputUsed(int bytes) {}

    /** All steps are made for now: what follows, and how long it may take. */
    abstract void settle();

    /** Stops the time limits. */
    abstract void endPace();

    final void receive(ChannelHandlerContext context, ByteBuf bytes) {
        input = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), input, bytes);
    }

    /** Takes the bytes that wait away from here; the caller has to release them. */
    final ByteBuf releaseInput() {
        ByteBuf waiting = input;
        input = Unpooled.EMPTY_BUFFER;
        return waiting;
    }

    /** Frees the memory of a buffer that is used up. */
    final void trimInput() {
        if (!input.isReadable()) {
            releaseInput().release();
        }
    }

    Exchange begin(RequestHead head) {
        Exchange begun = new Exchange(this, head);
        exchange = begun;
        connection().requestStarted();
        return begun;
    }

    void refuse(HttpFailure failure) {
        Exchange refused = exchange == null ? begin(RequestHead.UNREADABLE) : exchange;
        refused.refuse(failure);
    }

    final void end() {
        ending = true;
        endPace();
        releaseInput().release();
        Exchange cutOff = exchange;
        if (cutOff != null) {
            exchange = null;
            connection().requestFinished();
            cutOff.onConnectionEnded();
        }
    }

    @Override
    public final void channelInactive(ChannelHandlerContext context) {
        end();
        context.fireChannelInactive();
    }

    @Override
    public final ServerRequest request(RequestHead head, Body body) {
        return new ServerRequest(head, body, origin(), connection().served());
    }

    @Override
    public final void execute(Runnable task) {
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("nothing more can be done for {}: its event loop has ended", channel);
        }
    }

    @Override
    public final boolean isEnding() {
        return ending;
    }

    @Override
    public final void proceed() {
        if (proceeding || ending) {
            return;
        }
        proceeding = true;
        int waiting = input.readableBytes();
        try {
            while (!ending && step()) {}
        } catch (HttpFailure failure) {
            refuse(failure);
        } finally {
            proceeding = false;
            onInputUsed(waiting - input.readableBytes());
        }
        settle();
    }

    @Override
    public final void onUnfinished(HttpFailure failure) {
        refuse(failure);
    }

    @Override
    public final void onSlowHandler() {
        if (exchange != null) {
            exchange.onSlowHandler();
        }
    }
}
