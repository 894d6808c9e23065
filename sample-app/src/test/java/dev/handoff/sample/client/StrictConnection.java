package dev.handoff.sample.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One connection that sends what it is told, byte for byte, reads answers strictly, and remembers what happened when. It
 * never tries anything again. Used by one thread.
 */
public final class StrictConnection implements AutoCloseable {
    /** Longer than a drain may take, or a start on a busy machine: who waits that long waits for ever. */
    private static final int PATIENCE_MILLIS = 120_000;

    private static final int FINAL = 0x80;
    private static final int OPCODE = 0x0F;
    private static final int MASKED = 0x80;

    private final @Nullable SSLContext tls;
    private final List<Loss.Moment> story = new ArrayList<>();
    private InputStream in = InputStream.nullInputStream();
    private Socket socket = new Socket();
    private long worker;
    private long answers;

    private StrictConnection(@Nullable SSLContext tls) {
        this.tls = tls;
    }

    /** Connects to a port of loopback. */
    public static StrictConnection to(int port) throws IOException {
        return to(port, null);
    }

    /** Connects to a port of loopback, and over TLS if that is given. */
    public static StrictConnection to(int port, @Nullable SSLContext tls) throws IOException {
        StrictConnection connection = unconnected(tls);
        try {
            connection.connect(port);
            return connection;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    static StrictConnection unconnected(@Nullable SSLContext tls) {
        return new StrictConnection(tls);
    }

    void connect(int port) throws IOException {
        note("connects");
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        note("is connected from port " + socket.getLocalPort());
        if (tls != null) {
            socket = encrypted(tls, port);
        }
        in = new BufferedInputStream(socket.getInputStream());
    }

    private Socket encrypted(SSLContext context, int port) throws IOException {
        SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", port, true);
        secure.startHandshake();
        note("has shaken hands");
        return secure;
    }

    /** Sends a GET and reads its answer. */
    public Answer get(String target) throws IOException {
        sendGet(target);
        return answer();
    }

    /** Sends a GET. */
    public void sendGet(String target) throws IOException {
        send("GET " + target + " HTTP/1.1\r\nHost: strict\r\n\r\n");
    }

    /** Asks for the process at the other end, which is remembered. */
    public long askWho() throws IOException {
        worker = get("/info").pid();
        return worker;
    }

    /** Whether it is over TLS. */
    boolean isSecure() {
        return tls != null;
    }

    /** The process at the other end; 0 as long as that is not known. */
    long worker() {
        return worker;
    }

    /** Sends the head of a POST whose body is to follow. */
    public void sendPostHead(String target, long length) throws IOException {
        send("POST " + target + " HTTP/1.1\r\nHost: strict\r\nContent-Length: " + length + "\r\n\r\n");
    }

    /** Sends these bytes. */
    public void send(String bytes) throws IOException {
        send(bytes.getBytes(ISO_8859_1));
    }

    /** Sends these bytes. */
    public void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        note("has sent " + bytes.length + " bytes");
    }

    /** Reads an answer to its end. */
    public Answer answer() throws IOException {
        String line = line();
        if (!line.matches("HTTP/1\\.1 \\d{3} .*")) {
            throw new WrongAnswer("no status line: " + line);
        }
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String field = line(); !field.isEmpty(); field = line()) {
            int colon = field.indexOf(':');
            headers.put(field.substring(0, colon), field.substring(colon + 1).strip());
        }
        Answer answer = new Answer(Integer.parseInt(line.substring(9, 12)), headers, new String(body(headers), UTF_8));
        note("has read " + line + " of worker " + answer.worker() + (answer.endsConnection() ? ", the last" : ""));
        mustBeNext(answer);
        return answer;
    }

    /** An answer that belongs to another connection, or to another request of this one, has another count. */
    private void mustBeNext(Answer answer) throws WrongAnswer {
        if (answer.served(answers) != answers) {
            throw new WrongAnswer(
                    "expected answer " + answers + " of this connection, got answer " + answer.served(answers));
        }
        answers++;
    }

    /** Asks for a WebSocket, and reads that the connection is one from now on. */
    void upgrade(String target) throws IOException {
        send("""
                GET %s HTTP/1.1\r
                Host: strict\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Version: 13\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                \r
                """.formatted(target));
        String line = line();
        if (!line.startsWith("HTTP/1.1 101 ")) {
            throw new WrongAnswer("expected a WebSocket, got " + line);
        }
        while (!line.isEmpty()) {
            line = line();
        }
        note("is a WebSocket");
    }

    /** Sends a frame of up to 125 bytes, masked by zeros. */
    void sendFrame(int opcode, String payload) throws IOException {
        String masked = "\0\0\0\0" + payload;
        send((char) (FINAL | opcode) + "" + (char) (MASKED | payload.length()) + masked);
    }

    /** Reads a frame of up to 125 bytes; pings are answered on the way. */
    Frame frame() throws IOException {
        byte[] head = read(2);
        Frame frame = new Frame(head[0] & OPCODE, new String(read(head[1]), ISO_8859_1));
        note("has read frame " + frame.opcode() + " of " + frame.payload().length() + " bytes");
        if (frame.opcode() == Frame.PING) {
            sendFrame(Frame.PONG, frame.payload());
            return frame();
        }
        return frame;
    }

    /**
     * RFC 6455, 5.2.
     *
     * @param payload a character for each byte
     */
    record Frame(int opcode, String payload) {
        static final int TEXT = 1;
        static final int CLOSE = 8;
        static final int PING = 9;
        static final int PONG = 10;

        /** Of a frame that closes. */
        int code() {
            return (payload.charAt(0) << Byte.SIZE) | payload.charAt(1);
        }
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        if ("chunked".equalsIgnoreCase(headers.get("Transfer-Encoding"))) {
            return chunks();
        }
        String length = headers.get("Content-Length");
        if (length == null) {
            throw new WrongAnswer("neither a length nor chunks: " + headers);
        }
        return read(Integer.parseInt(length));
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = chunkSize(); size > 0; size = chunkSize()) {
            body.write(read(size));
            mustBeEmpty(line());
        }
        mustBeEmpty(line());
        return body.toByteArray();
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(line(), 16);
    }

    private static void mustBeEmpty(String line) throws WrongAnswer {
        if (!line.isEmpty()) {
            throw new WrongAnswer("expected the end of a chunk, got '" + line + "'");
        }
    }

    /** Reads the end of the connection: what a server does that has said that it would. */
    public void mustEnd() throws IOException {
        int next = in.read();
        if (next >= 0) {
            throw new WrongAnswer("expected the end of the connection, got byte " + next);
        }
        note("is ended by the server");
    }

    /** Waits until the connection breaks without another byte: what becomes of it when a worker dies. */
    public void mustBreak() throws IOException {
        int next;
        try {
            next = in.read();
        } catch (SocketException reset) {
            note("is reset: " + reset.getMessage());
            return;
        }
        if (next >= 0) {
            throw new WrongAnswer("expected no answer, got byte " + next);
        }
        note("is ended without an answer");
    }

    /** Reads a line of a protocol whose lines end with a line feed alone. */
    String chatLine() throws IOException {
        return toLineFeed().toString();
    }

    private StringBuilder toLineFeed() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server ended the connection after '" + line + "'");
            }
            line.append((char) c);
        }
        return line;
    }

    private String line() throws IOException {
        StringBuilder line = toLineFeed();
        if (line.length() == 0 || line.charAt(line.length() - 1) != '\r') {
            throw new WrongAnswer("a line without CR: '" + line + "'");
        }
        line.setLength(line.length() - 1);
        return line.toString();
    }

    private byte[] read(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the server ended the connection after " + bytes.length + " of " + count + " bytes");
        }
        return bytes;
    }

    void note(String what) {
        story.add(new Loss.Moment(System.nanoTime(), what));
    }

    List<Loss.Moment> story() {
        return List.copyOf(story);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
