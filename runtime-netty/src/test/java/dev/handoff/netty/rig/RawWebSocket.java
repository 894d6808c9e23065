package dev.handoff.netty.rig;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.handoff.netty.worker.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** A client of a WebSocket that sends the frames it is told, well-formed or not, and reads the server's strictly. */
public final class RawWebSocket implements AutoCloseable {
    public static final int CONTINUATION = 0;
    public static final int TEXT = 1;
    public static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    public static final int PONG = 10;

    /** The key and the proof of RFC 6455, section 1.3. */
    public static final String HANDSHAKE = """
            GET /socket HTTP/1.1
            Host: t
            Upgrade: websocket
            Connection: Upgrade
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

            """.replace("\n", "\r\n");

    public static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final byte[] MASK = {0x12, (byte) 0xff, 0x00, 0x7f};

    private final Wire wire;

    /** What carries the bytes. */
    public interface Wire extends AutoCloseable {
        void write(byte[] bytes) throws IOException;

        byte[] read(int count) throws IOException;

        /** Whether the server has ended its direction, after the bytes that were read. */
        boolean isEnded() throws IOException;

        /** Ends ours. */
        void endOutput() throws IOException;

        /** Ends both, as a client that crashed. */
        void reset() throws IOException;

        /** Closes the connection below. */
        void hangUp() throws IOException;

        @Override
        default void close() throws IOException {
            hangUp();
        }

        /** How long a read may take. */
        void setPatience(Duration patience) throws IOException;
    }

    /** What a WebSocket may run over. */
    public enum Over {
        HTTP_1 {
            @Override
            public Wire connect(TestServer server) throws Exception {
                return server.connect();
            }

            @Override
            public RawWebSocket ask(Wire wire) throws IOException {
                ((RawClient) wire).send(HANDSHAKE);
                return new RawWebSocket(wire);
            }

            @Override
            public void awaitOpen(RawWebSocket asked) throws IOException {
                RawClient.Answer answer = ((RawClient) asked.wire).answer();
                if (answer.status() != 101) {
                    throw new IOException("no WebSocket, but " + answer);
                }
            }

            @Override
            public void awaitEnd(TestServer server) {
                server.awaitNoConnections();
            }
        },
        HTTP_2 {
            @Override
            public Wire connect(TestServer server) throws Exception {
                return RawHttp2.to(server.port()).stream(1);
            }

            @Override
            public RawWebSocket ask(Wire wire) throws IOException {
                ((RawHttp2.Stream) wire).connect("/socket");
                return new RawWebSocket(wire);
            }

            @Override
            public void awaitOpen(RawWebSocket asked) throws IOException {
                ((RawHttp2.Stream) asked.wire).awaitStatus(200);
            }

            @Override
            public void awaitEnd(TestServer server) {
                server.awaitNoRequests();
            }
        };

        public abstract Wire connect(TestServer server) throws Exception;

        /** Asks for a WebSocket. */
        public abstract RawWebSocket ask(Wire wire) throws IOException;

        /** Reads the answer. */
        public abstract void awaitOpen(RawWebSocket asked) throws IOException;

        /** Waits until the server has nothing more to do with a client that is not heard of any more. */
        public abstract void awaitEnd(TestServer server);

        /** An open one. */
        public RawWebSocket open(TestServer server) throws Exception {
            RawWebSocket asked = ask(connect(server));
            awaitOpen(asked);
            return asked;
        }
    }

    /** A frame of the server's. */
    public static final class Frame {
        private final boolean last;
        private final int opcode;
        private final byte[] payload;

        Frame(boolean last, int opcode, byte[] payload) {
            this.last = last;
            this.opcode = opcode;
            this.payload = payload;
        }

        public boolean last() {
            return last;
        }

        public int opcode() {
            return opcode;
        }

        public byte[] payload() {
            return payload;
        }

        public String text() {
            return new String(payload, UTF_8);
        }

        /** Of a close frame; 0 if it has none. */
        public int code() {
            return payload.length == 0 ? 0 : ByteBuffer.wrap(payload).getShort() & 0xffff;
        }

        public String reason() {
            return payload.length < 2 ? "" : new String(payload, 2, payload.length - 2, UTF_8);
        }
    }

    public RawWebSocket(Wire wire) {
        this.wire = wire;
    }

    /** An open one, over HTTP/1. */
    public static RawWebSocket open(TestServer server) throws Exception {
        return open(server.connect());
    }

    public static RawWebSocket open(RawClient client) throws IOException {
        RawWebSocket asked = Over.HTTP_1.ask(client);
        Over.HTTP_1.awaitOpen(asked);
        return asked;
    }

    public Wire wire() {
        return wire;
    }

    public RawWebSocket send(byte[] bytes) throws IOException {
        wire.write(bytes);
        return this;
    }

    public RawWebSocket text(String text) throws IOException {
        return send(frame(TEXT, text.getBytes(UTF_8)));
    }

    public RawWebSocket close(int code) throws IOException {
        return send(closing(code, new byte[0]));
    }

    public Frame read() throws IOException {
        byte[] start = wire.read(2);
        int length = start[1];
        if (length < 0) {
            throw new IOException("a server's frame is not masked");
        }
        if (length == 126) {
            length = ByteBuffer.wrap(wire.read(2)).getShort() & 0xffff;
        } else if (length == 127) {
            length = Math.toIntExact(ByteBuffer.wrap(wire.read(8)).getLong());
        }
        return new Frame((start[0] & FINAL) != 0, start[0] & 0x7f, wire.read(length));
    }

    public boolean isEnded() throws IOException {
        return wire.isEnded();
    }

    /** A whole message, or a control frame. */
    public static byte[] frame(int opcode, byte[] payload) {
        return frame(FINAL | opcode, payload.length, payload);
    }

    /** A part of a message that goes on. */
    public static byte[] part(int opcode, byte[] payload) {
        return frame(opcode, payload.length, payload);
    }

    public static byte[] closing(int code, byte[] reason) {
        return frame(
                CLOSE,
                ByteBuffer.allocate(2 + reason.length)
                        .putShort((short) code)
                        .put(reason)
                        .array());
    }

    /** A frame whose first byte, with all its bits, and whose length are given. */
    public static byte[] frame(int first, long length, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        writeLength(out, length);
        out.writeBytes(MASK);
        for (int i = 0; i < payload.length; i++) {
            out.write(payload[i] ^ MASK[i % MASK.length]);
        }
        return out.toByteArray();
    }

    /** As a server may send it, and a client must not. */
    public static byte[] unmasked(int opcode, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(FINAL | opcode);
        out.write(payload.length);
        out.writeBytes(payload);
        return out.toByteArray();
    }

    public static byte[] concat(byte[]... pieces) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            out.writeBytes(piece);
        }
        return out.toByteArray();
    }

    private static void writeLength(ByteArrayOutputStream out, long length) {
        if (length >= 0 && length < 126) {
            out.write(MASKED | (int) length);
        } else if (length >= 0 && length < 65536) {
            out.write(MASKED | 126);
            out.writeBytes(ByteBuffer.allocate(2).putShort((short) length).array());
        } else {
            out.write(MASKED | 127);
            out.writeBytes(ByteBuffer.allocate(8).putLong(length).array());
        }
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }
}
