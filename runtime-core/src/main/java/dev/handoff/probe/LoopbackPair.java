package dev.handoff.probe;

import dev.handoff.unix.Accepted;
import dev.handoff.unix.ListeningSocket;
import dev.handoff.unix.Poller;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/**
 * Two ends of one TCP connection, both in this process: one to be handed to a worker, as a client's would be, and one to
 * ask it over. A stranger on this machine who connects to the port meanwhile is turned away: addresses are compared.
 *
 * @param client our end, blocking
 * @param server the worker's end; the holder of this owns it
 */
record LoopbackPair(Socket client, Accepted server) {
    private static final int BACKLOG = 16;

    /** Makes one on 127.0.0.1. */
    static LoopbackPair open(Duration limit) throws IOException {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0);
        Socket client = new Socket();
        try (ListeningSocket listener = ListeningSocket.bind(anyPort, BACKLOG, false, false)) {
            client.connect(listener.localAddress(), Math.toIntExact(limit.toMillis()));
            return new LoopbackPair(client, acceptOnly(client, listener, limit));
        } catch (IOException e) {
            client.close();
            throw e;
        }
    }

    private static Accepted acceptOnly(Socket client, ListeningSocket listener, Duration limit) throws IOException {
        Poller poller = new Poller();
        long deadline = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() - deadline < 0) {
            for (Accepted accepted = listener.accept(); accepted != null; accepted = listener.accept()) {
                if (client.getLocalSocketAddress().equals(accepted.peer().decode())) {
                    return accepted;
                }
                accepted.fd().close();
            }
            poller.clear();
            poller.add(listener.fd(), Poller.IN);
            poller.poll(Math.toIntExact(limit.toMillis()));
        }
        throw new IOException("the loopback connection to ourselves did not arrive within " + limit.toMillis() + " ms");
    }
}
