package dev.handoff.netty.rig;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A client of HTTP/2 that sends the frames it is told, whether they are right or not. Used by one thread. */
public final class RawHttp2 implements AutoCloseable {
    public static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;
    public static final int END_STREAM = 1;
    public static final int ACK = 1;
    public static final int END_HEADERS = 4;

    private static final int HEADER = 9;
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();
    private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();
    private final Map<Integer, Answer> answers = new HashMap<>();
    private final List<Frame> others = new ArrayList<>();

    /** A frame as it came. */
    public record Frame(int type, int flags, int stream, ByteBuffer payload) {
        public boolean has(int flag) {
            return (flags & flag) != 0;
        }

        public int number(int at) {
            return payload.getInt(at);
        }
    }

    /** What has come on a stream so far. */
    public static final class Answer {
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private Http2Headers head = io.netty.handler.codec.http2.EmptyHttp2Headers.INSTANCE;
        private boolean whole;
        private int error = -1;

        public int status() {
            return head.status() == null ? 0 : Integer.parseInt(head.status().toString());
        }

        public String header(String name) {
            return String.valueOf(head.get(name));
        }

        public String body() {
            return body.toString(UTF_8);
        }

        public int length() {
            return body.size();
        }

        /** The code with which the stream was reset; -1: it was not. */
        public int error() {
            return error;
        }

        public boolean isOver() {
            return whole || error >= 0;
        }
    }

    private RawHttp2(Socket socket) throws IOException {
        this.socket = socket;
        this.socket.setSoTimeout(PATIENCE_MILLIS);
        this.socket.setTcpNoDelay(true);
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 64 * 1024));
    }

    /** Connects and says nothing. */
    public static RawHttp2 silent(int port) throws IOException {
        return new RawHttp2(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** On a connection that is there already, such as one of TLS: with the preface. */
    public static RawHttp2 over(Socket socket) throws IOException {
        return new RawHttp2(socket)
                .bytes(PREFACE.getBytes(ISO_8859_1))
                .settings()
                .flush();
    }

    /** The same where the preface was sent. */
    public static RawHttp2 behindPreface(Socket socket) throws IOException {
        return new RawHttp2(socket).settings().flush();
    }

    /** Connects, with the preface and these settings: a number, its value, the next number … */
    public static RawHttp2 to(int port, int... settings) throws IOException {
        return silent(port)
                .bytes(PREFACE.getBytes(ISO_8859_1))
                .settings(settings)
                .flush();
    }

    // --- what is sent ---------------------------------------------------------------------------------------------

    public RawHttp2 bytes(byte[] bytes) {
        unsent.writeBytes(bytes);
        return this;
    }

    public RawHttp2 frame(int type, int flags, int stream, byte[] payload) {
        return header(payload.length, type, flags, stream).bytes(payload);
    }

    /** Nine bytes, whatever follows them. */
    public RawHttp2 header(int length, int type, int flags, int stream) {
        return bytes(ByteBuffer.allocate(HEADER)
                .putInt(length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .array());
    }

    public RawHttp2 settings(int... numbersAndValues) {
        ByteBuffer payload = ByteBuffer.allocate(numbersAndValues.length * 3);
        for (int i = 0; i < numbersAndValues.length; i += 2) {
            payload.putShort((short) numbersAndValues[i]).putInt(numbersAndValues[i + 1]);
        }
        return frame(SETTINGS, 0, 0, payload.array());
    }

    public RawHttp2 get(int stream, String path) {
        return request(stream, true, "GET", path);
    }

    public RawHttp2 request(int stream, boolean last, String method, String path, String... more) {
        List<String> fields =
                new ArrayList<>(List.of(":method", method, ":scheme", "http", ":path", path, ":authority", "test"));
        fields.addAll(List.of(more));
        return headers(stream, last, fields.toArray(String[]::new));
    }

    public RawHttp2 headers(int stream, boolean last, String... fields) {
        return frame(HEADERS, END_HEADERS | (last ? END_STREAM : 0), stream, block(fields));
    }

    public RawHttp2 data(int stream, boolean last, String text) {
        return frame(DATA, last ? END_STREAM : 0, stream, text.getBytes(UTF_8));
    }

    public RawHttp2 reset(int stream) {
        return frame(RST_STREAM, 0, stream, number(8));
    }

    public RawHttp2 window(int stream, int more) {
        return frame(WINDOW_UPDATE, 0, stream, number(more));
    }

    public RawHttp2 flush() throws IOException {
        socket.getOutputStream().write(unsent.toByteArray());
        unsent.reset();
        return this;
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }

    /** Fields as literals that nobody is to remember. Source: RFC 7541, section 6.2.2. */
    public static byte[] block(String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            block.write(0);
            writeText(block, fields[i]);
            writeText(block, fields[i + 1]);
        }
        return block.toByteArray();
    }

    private static void writeText(ByteArrayOutputStream block, String text) {
        int rest = text.length() - 0x7f;
        block.write(Math.min(text.length(), 0x7f));
        if (rest >= 0) {
            for (; rest >= 0x80; rest >>= 7) {
                block.write((rest & 0x7f) | 0x80);
            }
            block.write(rest);
        }
        block.writeBytes(text.getBytes(ISO_8859_1));
    }

    /** An extended CONNECT, which asks for a WebSocket. */
    public RawHttp2 connect(int stream, String path, String... more) {
        List<String> fields = new ArrayList<>(List.of(
                ":method",
                "CONNECT",
                ":protocol",
                "websocket",
                ":scheme",
                "http",
                ":path",
                path,
                ":authority",
                "test"));
        fields.addAll(List.of(more));
        return headers(stream, false, fields.toArray(String[]::new));
    }

    // --- what comes -----------------------------------------------------------------------------------------------

    /** Reads until a stream is over. */
    public Answer answer(int stream) throws IOException {
        flush();
        while (!soFar(stream).isOver()) {
            read();
        }
        return soFar(stream);
    }

    /** Reads until a stream has such a head. */
    public void awaitStatus(int stream, int status) throws IOException {
        while (soFar(stream).status() != status) {
            read();
        }
    }

    /** Reads until a stream is reset. */
    public void awaitReset(int stream) throws IOException {
        while (soFar(stream).error() < 0) {
            read();
        }
    }

    /** What has come on a stream so far. */
    public Answer soFar(int stream) {
        return answers.computeIfAbsent(stream, id -> new Answer());
    }

    /** Reads until a frame of that type has come that belongs to no answer, and takes it. */
    public Frame await(int type) throws IOException {
        flush();
        while (true) {
            for (Frame frame : others) {
                if (frame.type() == type) {
                    others.remove(frame);
                    return frame;
                }
            }
            read();
        }
    }

    /** Reads until a ping is answered, and with it all that was sent before was read. */
    public void awaitPong() throws IOException {
        frame(PING, 0, 0, new byte[8]);
        await(PING);
    }

    /** Takes what the server has allowed to be sent on a stream, beside what it did at first. */
    public int takeWindow(int stream) {
        int more = 0;
        for (Frame frame : List.copyOf(others)) {
            if (frame.type() == WINDOW_UPDATE && frame.stream() == stream) {
                more += frame.number(0);
                others.remove(frame);
            }
        }
        return more;
    }

    /** Reads to the end of the connection; the code of the last GOAWAY, or -1 if there was none. */
    public int awaitEnd() throws IOException {
        int error = -1;
        try {
            flush();
            while (true) {
                read();
            }
        } catch (EOFException | SocketException end) {
            for (Frame frame : others) {
                error = frame.type() == GOAWAY ? frame.number(4) : error;
            }
        }
        return error;
    }

    private void read() throws IOException {
        int first = in.readInt();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        Frame frame = new Frame(first & 0xff, flags, stream, ByteBuffer.wrap(in.readNBytes(first >>> 8)));
        switch (frame.type()) {
            case HEADERS -> onHeaders(frame);
            case DATA -> onData(frame);
            case RST_STREAM -> soFar(stream).error = frame.number(0);
            case SETTINGS -> onSettings(frame);
            default -> others.add(frame);
        }
    }

    private void onHeaders(Frame frame) throws IOException {
        try {
            Answer answer = soFar(frame.stream());
            answer.head = decoder.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
            answer.whole |= frame.has(END_STREAM);
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
    }

    private void onData(Frame frame) {
        Answer answer = soFar(frame.stream());
        answer.body.writeBytes(frame.payload().array());
        answer.whole |= frame.has(END_STREAM);
    }

    private void onSettings(Frame frame) throws IOException {
        others.add(frame);
        if (!frame.has(ACK)) {
            frame(SETTINGS, ACK, 0, new byte[0]);
        }
    }

    // --- a stream as a wire ---------------------------------------------------------------------------------------

    public Stream stream(int id) {
        return new Stream(id);
    }

    /** A stream whose data are a wire's bytes. */
    public final class Stream implements RawWebSocket.Wire {
        private static final int LONGEST_FRAME = 16_384;

        private final int id;
        private int taken;

        private Stream(int id) {
            this.id = id;
        }

        /** Asks for a WebSocket. */
        public void connect(String path) throws IOException {
            RawHttp2.this.connect(id, path, "sec-websocket-version", "13").flush();
        }

        /** Reads until the answer has come, which has to be this. */
        public void awaitStatus(int status) throws IOException {
            while (soFar(id).status() == 0 && !soFar(id).isOver()) {
                RawHttp2.this.read();
            }
            if (soFar(id).status() != status) {
                throw new IOException("not " + status + ", but " + soFar(id).head + ", error "
                        + soFar(id).error());
            }
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            for (int at = 0; at < bytes.length; at += LONGEST_FRAME) {
                frame(DATA, 0, id, Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + LONGEST_FRAME)));
            }
            flush();
        }

        @Override
        public byte[] read(int count) throws IOException {
            while (soFar(id).length() < taken + count) {
                if (soFar(id).isOver()) {
                    throw new EOFException(
                            "the server ended the stream: " + soFar(id).error());
                }
                RawHttp2.this.read();
            }
            taken += count;
            return Arrays.copyOfRange(soFar(id).body.toByteArray(), taken - count, taken);
        }

        @Override
        public boolean isEnded() throws IOException {
            while (soFar(id).length() == taken && !soFar(id).isOver()) {
                RawHttp2.this.read();
            }
            return soFar(id).length() == taken;
        }

        @Override
        public void endOutput() throws IOException {
            data(id, true, "").flush();
        }

        @Override
        public void reset() throws IOException {
            RawHttp2.this.reset(id).flush();
        }

        @Override
        public void setPatience(Duration patience) throws IOException {
            socket.setSoTimeout((int) patience.toMillis());
        }

        @Override
        public void hangUp() throws IOException {
            RawHttp2.this.close();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
