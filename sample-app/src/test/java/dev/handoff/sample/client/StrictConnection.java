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

/**
 * One connection that sends what it is told, byte for byte, reads answers strictly, and remembers what happened when. It
 * never tries anything again. Used by one thread.
 */
public final class StrictConnection implements AutoCloseable {
    /** Longer than a drain may take: who waits that long waits for ever. */
    private static final int PATIENCE_MILLIS = 40_000;

    private final Socket socket = new Socket();
    private final List<Loss.Moment> story = new ArrayList<>();
    private InputStream in = InputStream.nullInputStream();
    private long worker;

    private StrictConnection() {}

    /** Connects to a port of loopback. */
    public static StrictConnection to(int port) throws IOException {
        StrictConnection connection = unconnected();
        try {
            connection.connect(port);
            return connection;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    static StrictConnection unconnected() {
        return new StrictConnection();
    }

    void connect(int port) throws IOException {
        note("connects");
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
        note("is connected from port " + socket.getLocalPort());
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
        note("has read " + line + (answer.endsConnection() ? ", the last" : ""));
        return answer;
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
    void mustEnd() throws IOException {
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

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server ended the connection after '" + line + "'");
            }
            line.append((char) c);
        }
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
