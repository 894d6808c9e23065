package dev.handoff.probe;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Protocol;
import dev.handoff.cluster.Setting;
import dev.handoff.wire.Offer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocketFactory;

/**
 * Asks a new worker over a real connection whether it serves. The connection is a pair of the master's own, handed to
 * that worker alone: through the public listener it would wait in a backlog that a paused acceptor does not empty.
 *
 * <p>HTTP: a request, and any whole answer below 500 will do. Other protocols: still open a while after the hand-off.
 * Certificates are not verified, for the worker is known. Each probe runs on a thread of its own.
 */
public final class Prober {
    private static final Duration STAYS_OPEN = Duration.ofMillis(200);

    private final BiConsumer<Integer, Offer> handOver;
    private final Executor threads;
    private final Duration limit;
    private final String path;

    /**
     * A prober.
     *
     * @param handOver gives a connection to the worker of that id, or closes it
     * @param threads where probes run and may block
     */
    public Prober(ClusterSettings settings, BiConsumer<Integer, Offer> handOver, Executor threads) {
        this.handOver = handOver;
        this.threads = threads;
        this.limit = settings.duration(Setting.PROBE_LIMIT);
        this.path = settings.text(Setting.PROBE_PATH);
    }

    /**
     * Asks by each listener, one after the other.
     *
     * @param protocols what each speaks, by its key
     * @param verdict told on the probe's thread: empty if all is well, else why not
     */
    public void probe(int workerId, List<Protocol> protocols, Consumer<Optional<String>> verdict) {
        threads.execute(() -> verdict.accept(failure(workerId, protocols)));
    }

    private Optional<String> failure(int workerId, List<Protocol> protocols) {
        for (int key = 0; key < protocols.size(); key++) {
            try {
                ask(workerId, key, protocols.get(key));
            } catch (SocketTimeoutException e) {
                return Optional.of(failed(key, protocols, "no answer within " + limit.toMillis() + " ms"));
            } catch (IOException | GeneralSecurityException | RuntimeException e) {
                return Optional.of(failed(key, protocols, e.toString()));
            }
        }
        return Optional.empty();
    }

    private static String failed(int key, List<Protocol> protocols, String why) {
        return "the probe of listener " + key + " (" + protocols.get(key) + ") failed: " + why;
    }

    private void ask(int workerId, int key, Protocol protocol) throws IOException, GeneralSecurityException {
        long deadline = System.nanoTime() + limit.toNanos();
        LoopbackPair pair = LoopbackPair.open(limit);
        try (Socket client = pair.client()) {
            handOver.accept(
                    workerId,
                    new Offer(pair.server().fd(), key, true, pair.server().peer()));
            if (protocol.isHttp()) {
                askHttp(client, protocol.isEncrypted(), deadline);
            } else {
                expectOpen(client);
            }
        }
    }

    private void askHttp(Socket plain, boolean encrypted, long deadline) throws IOException, GeneralSecurityException {
        plain.setSoTimeout(Math.toIntExact(limit.toMillis()));
        try (Socket client = encrypted ? encrypt(plain) : plain) {
            String host = "127.0.0.1:" + plain.getPort();
            String request = "GET " + path + " HTTP/1.1\r\nHost: " + host
                    + "\r\nUser-Agent: handoff-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n";
            client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream in = new BufferedInputStream(new LimitedStream(client, deadline));
            int status = ProbeAnswer.readStatus(in);
            if (status >= 500) {
                throw new IOException("GET " + path + " was answered with status " + status
                        + "; expected one below 500 (see the setting probe.path)");
            }
        }
    }

    private static Socket encrypt(Socket plain) throws IOException, GeneralSecurityException {
        SSLSocketFactory factory = UnverifiedTls.context().getSocketFactory();
        return factory.createSocket(plain, "localhost", plain.getPort(), true);
    }

    /** A worker that closes at once does not serve; one that speaks first, or waits for the client, does. */
    private static void expectOpen(Socket client) throws IOException {
        client.setSoTimeout(Math.toIntExact(STAYS_OPEN.toMillis()));
        try {
            if (client.getInputStream().read() < 0) {
                throw new IOException("the connection was closed within " + STAYS_OPEN.toMillis() + " ms");
            }
        } catch (SocketTimeoutException stillOpen) {
            return;
        }
    }

    /** Reads until a deadline, however slowly the answer trickles in. */
    private static final class LimitedStream extends InputStream {
        private final Socket socket;
        private final InputStream in;
        private final long deadline;

        LimitedStream(Socket socket, long deadline) throws IOException {
            this.socket = socket;
            this.in = socket.getInputStream();
            this.deadline = deadline;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            long leftMillis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (leftMillis <= 0) {
                throw new SocketTimeoutException();
            }
            socket.setSoTimeout(Math.toIntExact(leftMillis));
            return in.read(bytes, offset, length);
        }
    }
}
