package dev.handoff.netty.rig;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** A client that sends the bytes it is told and reads responses strictly. */
public final class RawClient implements RawWebSocket.Wire {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    /** A response as it came, its body unframed. */
    public record Answer(int status, Map<String, String> headers, String body) {
        public String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    public RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.socket.setSoTimeout(PATIENCE_MILLIS);
        this.in = new java.io.BufferedInputStream(socket.getInputStream(), 64 * 1024);
        this.out = socket.getOutputStream();
    }

    public static RawClient to(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        return new RawClient(socket);
    }

    /** One for which the kernel keeps little that was not read. */
    public static RawClient to(int port, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(receiveBuffer);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return new RawClient(socket);
    }

    public RawClient send(String bytes) throws IOException {
        out.write(bytes.getBytes(ISO_8859_1));
        out.flush();
        return this;
    }

    public RawClient send(byte[] bytes) throws IOException {
        write(bytes);
        return this;
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    public RawClient get(String target) throws IOException {
        return send("GET " + target + " HTTP/1.1\r\nHost: test\r\n\r\n");
    }

    @Override
    public void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void hangUp() throws IOException {
        socket.close();
    }

    /** Ends both directions at once, as a client that crashed: an end of one alone says that it still listens. */
    @Override
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void setPatience(Duration patience) throws IOException {
        socket.setSoTimeout((int) patience.toMillis());
    }

    public Socket socket() {
        return socket;
    }

    public int port() {
        return socket.getLocalPort();
    }

    public Answer answer() throws IOException {
        return answer(false);
    }

    public Answer answerToHead() throws IOException {
        return answer(true);
    }

    @Override
    public boolean isEnded() throws IOException {
        return in.read() < 0;
    }

    public String line() throws IOException {
        StringBuilder line = new StringBuilder();
        int last = -1;
        for (int c = in.read(); ; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server ended the connection after \"" + line + "\"");
            }
            if (last == '\r' && c == '\n') {
                line.setLength(line.length() - 1);
                return line.toString();
            }
            line.append((char) c);
            last = c;
        }
    }

    @Override
    public byte[] read(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the server ended the connection after " + bytes.length + " of " + count + " bytes");
        }
        return bytes;
    }

    public String chunk() throws IOException {
        int size = Integer.parseInt(line(), 16);
        String chunk = new String(read(size), ISO_8859_1);
        line();
        return chunk;
    }

    private Answer answer(boolean toHead) throws IOException {
        String status = line();
        int code = Integer.parseInt(status, 9, 12, 10);
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        boolean bodiless = toHead || code < 200 || code == 204 || code == 304;
        return new Answer(code, headers, bodiless ? "" : body(headers));
    }

    private String body(Map<String, String> headers) throws IOException {
        if (headers.containsKey("Content-Length")) {
            return new String(read(Integer.parseInt(headers.get("Content-Length"))), ISO_8859_1);
        }
        if (!headers.containsKey("Transfer-Encoding")) {
            return new String(in.readAllBytes(), ISO_8859_1);
        }
        StringBuilder body = new StringBuilder();
        for (String chunk = chunk(); !chunk.isEmpty(); chunk = chunk()) {
            body.append(chunk);
        }
        return body.toString();
    }
}
