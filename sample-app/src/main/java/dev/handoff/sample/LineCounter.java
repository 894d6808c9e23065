package dev.handoff.sample;

import dev.handoff.netty.HandBack;
import dev.handoff.netty.WorkerHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A protocol of the program's own: the answer to each line is its number in the session and the line. When its worker leaves, a
 * session goes on in another one: {@link #release} writes down what the next worker has to know, {@link #resume} reads it.
 */
public final class LineCounter implements WorkerHandler, HandBack {
    private static final int MAX_LINE = 1024;

    @Override
    public void initChannel(Channel channel) {
        channel.pipeline().addLast(new Session());
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Optional<byte[]> release(Channel channel) {
        return Optional.of(channel.pipeline().get(Session.class).state());
    }

    @Override
    public void resume(Channel channel, byte[] state) {
        ByteBuffer said = ByteBuffer.wrap(state);
        channel.pipeline().get(Session.class).lines = said.getLong();
        channel.pipeline().fireChannelRead(Unpooled.wrappedBuffer(said.slice()));
    }

    private static final class Session extends ByteToMessageDecoder {
        private long lines;

        /** The number of lines so far, and the bytes of the next one that have come. */
        byte[] state() {
            ByteBuf begun = internalBuffer();
            ByteBuffer state = ByteBuffer.allocate(Long.BYTES + begun.readableBytes());
            state.putLong(lines);
            begun.getBytes(begun.readerIndex(), state);
            return state.array();
        }

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
            int length = in.bytesBefore((byte) '\n') + 1;
            if (length > 0) {
                answer(context, in.readCharSequence(length, StandardCharsets.UTF_8));
            } else if (in.readableBytes() > MAX_LINE) {
                context.close();
            }
        }

        private void answer(ChannelHandlerContext context, CharSequence line) {
            lines++;
            ByteBuf answer = Unpooled.copiedBuffer(lines + " " + line, StandardCharsets.UTF_8);
            context.writeAndFlush(answer).addListener(sent -> HandBack.atRest(context.channel()));
        }
    }
}
