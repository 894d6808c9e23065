package dev.handoff.netty.rig;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;

/** The client's end of a connection that sends a few bytes at first, and the rest when it is told to go on. */
public final class HaltingSocket extends Socket {
    /** How many are sent at first: less than any client's first record of TLS has. */
    public static final int FIRST = 50;

    private final Socket socket;
    private final CompletableFuture<Void> onHalt = new CompletableFuture<>();
    private final CompletableFuture<Void> onGoOn = new CompletableFuture<>();
    private boolean begun;

    /** Over a connection that is there. */
    public HaltingSocket(Socket socket) {
        this.socket = socket;
    }

    /** TLS over it, which begins with the first byte that is written or read. */
    public SSLSocket tls() throws Exception {
        return (SSLSocket) TestCertificate.SERVER
                .trustedBy(null)
                .getSocketFactory()
                .createSocket(this, "localhost", socket.getPort(), true);
    }

    /** Waits until the first bytes were sent. */
    public void awaitHalt() throws Exception {
        onHalt.get(20, TimeUnit.SECONDS);
    }

    /** Sends the rest. */
    public void goOn() {
        onGoOn.complete(null);
    }

    private void write(byte[] bytes, int offset, int length) throws IOException {
        OutputStream out = socket.getOutputStream();
        int first = begun ? 0 : FIRST;
        begun = true;
        if (first > 0) {
            out.write(bytes, offset, first);
            onHalt.complete(null);
            onGoOn.join();
        }
        out.write(bytes, offset + first, length - first);
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                HaltingSocket.this.write(bytes, offset, length);
            }
        };
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return socket.getInputStream();
    }

    @Override
    public boolean isConnected() {
        return socket.isConnected();
    }

    @Override
    public InetAddress getInetAddress() {
        return socket.getInetAddress();
    }

    @Override
    public int getPort() {
        return socket.getPort();
    }

    @Override
    public synchronized void setSoTimeout(int millis) throws SocketException {
        socket.setSoTimeout(millis);
    }

    @Override
    public synchronized int getSoTimeout() throws SocketException {
        return socket.getSoTimeout();
    }

    @Override
    public synchronized void close() throws IOException {
        socket.close();
    }
}
