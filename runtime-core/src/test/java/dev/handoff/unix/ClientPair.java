package dev.handoff.unix;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Objects;

/**
 * A client, and what the kernel gives to the process that accepts it.
 *
 * @param client blocking
 * @param accepted the other end
 */
public record ClientPair(Socket client, Accepted accepted) implements AutoCloseable {
    /** Connects one over loopback. */
    public static ClientPair open() throws IOException {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ListeningSocket listener = ListeningSocket.bind(anyPort, 1, false, false)) {
            Socket client = new Socket();
            client.connect(listener.localAddress(), 5000);
            return new ClientPair(client, Objects.requireNonNull(listener.accept()));
        }
    }

    @Override
    public void close() throws IOException {
        accepted.fd().close();
        client.close();
    }
}
