package dev.handoff.netty.websocket;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;

/**
 * Netty's codec, which makes whole messages and control frames of bytes and refuses what is malformed. It is told not to
 * close by itself, for a close that does not linger may lose the frame that says why.
 */
final class WebSocketCodec {
    private WebSocketCodec() {}

    /**
     * Adds it at the end.
     *
     * @param deflate whether messages may be compressed, as was agreed
     * @param onRead called on the event loop when bytes have come, before they are looked at
     */
    static void addTo(ChannelPipeline pipeline, WebSocketSettings settings, boolean deflate, Runnable onRead) {
        WebSocketDecoderConfig config = WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(true)
                .maxFramePayloadLength(deflate ? deflated(settings.maxFrame()) : settings.maxFrame())
                .allowExtensions(deflate)
                .closeOnProtocolViolation(false)
                .build();
        pipeline.addLast(new Decoder(config, onRead));
        pipeline.addLast(new WebSocket13FrameEncoder(false));
        if (deflate) {
            pipeline.addLast(new WebSocketDeflater());
            pipeline.addLast(new WebSocketInflater(settings.maxFrame(), settings.maxMessage()));
        }
        pipeline.addLast(new Utf8FrameValidator(false));
        pipeline.addLast(new Aggregator(settings.maxMessage()));
    }

    /* What does not shrink becomes longer, by five bytes for each 16 KiB. */
    private static int deflated(int length) {
        return (int) Math.min(Integer.MAX_VALUE, length + length / 1024 + 64L);
    }

    private static final class Decoder extends WebSocket13FrameDecoder {
        private final Runnable onRead;

        Decoder(WebSocketDecoderConfig config, Runnable onRead) {
            super(config);
            this.onRead = onRead;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) throws Exception {
            onRead.run();
            super.channelRead(context, bytes);
        }
    }

    private static final class Aggregator extends WebSocketFrameAggregator {
        Aggregator(int maxMessage) {
            super(maxMessage);
        }

        /* Netty's would read on in the middle of a message, and a client that is held back is nearly always in one. */
        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.fireChannelReadComplete();
        }
    }
}
