package dev.handoff.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One connection to a server on loopback: blocking, without a library, so that the client costs little and always the same. */
public final class Client implements AutoCloseable {
    private static final byte[] KEEP_ALIVE = request("");
    private static final byte[] CLOSE = request("Connection: close\r\n");
    private static final byte[] ANSWER_END = "\r\n\r\nHello world\n".getBytes(StandardCharsets.US_ASCII);

    private final Socket socket;
    private final byte[] answer = new byte[1024];

    /** Connects to a port of this machine. */
    public Client(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private static byte[] request(String header) {
        return ("GET /plaintext HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Asks, and keeps the connection.
     *
     * @return the length of the answer
     */
    public int ask() throws IOException {
        socket.getOutputStream().write(KEEP_ALIVE);
        return readAnswer();
    }

    /**
     * Asks for one answer and the end of the connection.
     *
     * @return the length of the answer
     */
    public int askOnce() throws IOException {
        socket.getOutputStream().write(CLOSE);
        int length = readAnswer();
        if (socket.getInputStream().read() >= 0) {
            throw new IOException("the server did not close its end as it was asked to");
        }
        return length;
    }

    private int readAnswer() throws IOException {
        InputStream in = socket.getInputStream();
        int length = 0;
        while (!isWhole(length)) {
            int read = in.read(answer, length, answer.length - length);
            if (read <= 0) {
                throw new IOException("the answer ended after " + length + " bytes, or is no answer to /plaintext");
            }
            length += read;
        }
        return length;
    }

    private boolean isWhole(int length) {
        int end = length - ANSWER_END.length;
        return end >= 0 && Arrays.equals(answer, end, length, ANSWER_END, 0, ANSWER_END.length);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
