package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.handoff.netty.Response;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;

/**
 * Writes heads of responses, and short bodies right behind them, into one buffer. Constant lines are bytes from the start:
 * nothing is built for a response but what differs. Immutable; used on event loops.
 */
final class ResponseEncoder {
    static final byte[] CONTINUE = ascii("HTTP/1.1 100 Continue\r\n\r\n");

    /** Bodies up to this size are copied behind their head. A larger one is a buffer of its own. */
    private static final int MAX_COPIED = 8 * 1024;

    private static final byte[][] STATUS_LINES = new byte[600][];
    private static final byte[] CLOSE = ascii("Connection: close\r\n");
    private static final byte[] LENGTH = ascii("Content-Length: ");
    private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] SWITCHING = ascii("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Accept: ");
    private static final byte[] LINE_END = ascii("\r\n");

    static {
        for (int code = 200; code < STATUS_LINES.length; code++) {
            String reason = HttpResponseStatus.valueOf(code).reasonPhrase();
            STATUS_LINES[code] = ascii("HTTP/1.1 " + code + " " + reason + "\r\n");
        }
    }

    private final byte[] keepAlive;

    /** One that announces how long an idle connection stays. */
    ResponseEncoder(Duration keepAlive) {
        this.keepAlive = ascii("Connection: keep-alive\r\nKeep-Alive: timeout=" + keepAlive.toSeconds() + "\r\n");
    }

    /** Whether a response has no body, whatever it was made of. Source: RFC 9112, section 6.3. */
    static boolean isBodiless(Response response) {
        return response.code() == 204 || response.code() == 304;
    }

    /** A response that is there as a whole. */
    ByteBuf whole(
            ByteBufAllocator alloc, byte[] dateLine, Response response, byte[] body, boolean head, boolean stays) {
        boolean bodiless = isBodiless(response);
        HeadWriter writer = head(
                dateLine,
                response,
                bodiless ? ResponseWriter.Framing.NONE : ResponseWriter.Framing.LENGTH,
                body.length,
                stays);
        int sent = head || bodiless ? 0 : body.length;
        if (sent <= MAX_COPIED) {
            writer.add(body, 0, sent);
            return writer.writeTo(alloc.buffer(writer.length()));
        }
        return Unpooled.wrappedBuffer(writer.writeTo(alloc.buffer(writer.length())), Unpooled.wrappedBuffer(body));
    }

    /** The head of a response whose body follows. */
    ByteBuf head(
            ByteBufAllocator alloc,
            byte[] dateLine,
            Response response,
            ResponseWriter.Framing framing,
            long length,
            boolean stays) {
        HeadWriter writer = head(dateLine, response, framing, length, stays);
        return writer.writeTo(alloc.buffer(writer.length()));
    }

    /**
     * The head with which a connection becomes a WebSocket.
     *
     * @param accept what proves that the client was understood
     */
    ByteBuf switchingProtocols(ByteBufAllocator alloc, Response response, String accept) {
        HeadWriter writer = HeadWriter.get();
        writer.add(SWITCHING).add(ascii(accept)).add(LINE_END);
        FriendAccess.HEADERS.get().write(response.headers(), writer);
        return writer.add(LINE_END).writeTo(alloc.buffer(writer.length()));
    }

    private HeadWriter head(
            byte[] dateLine, Response response, ResponseWriter.Framing framing, long length, boolean stays) {
        HeadWriter writer = HeadWriter.get();
        writer.add(STATUS_LINES[response.code()]).add(dateLine).add(stays ? keepAlive : CLOSE);
        FriendAccess.HEADERS.get().write(response.headers(), writer);
        if (framing == ResponseWriter.Framing.LENGTH) {
            writer.add(LENGTH).addDecimal(length).add(LINE_END);
        } else if (framing == ResponseWriter.Framing.CHUNKED) {
            writer.add(CHUNKED);
        }
        return writer.add(LINE_END);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
