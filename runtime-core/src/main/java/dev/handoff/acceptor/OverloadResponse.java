package dev.handoff.acceptor;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.handoff.unix.Fd;
import dev.handoff.unix.Poller;
import dev.handoff.unix.StreamBytes;
import dev.handoff.unix.StreamBytes.Found;
import dev.handoff.wire.ControlFrame.Service;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Answers clients of plain HTTP with 503 and {@code Retry-After}, because no worker can serve them. A socket that is closed over
 * an unread request sends a reset, and the reset discards the answer before the client has read it. So this shuts down its own
 * direction, and reads and discards until the client ends the other direction, or for 2 s. Source: RFC 9112, section 9.6. Never
 * blocks. The acceptor's thread only.
 */
final class OverloadResponse {
    /** Sockets that linger at a time, at most. The next client is answered when one of them has ended. */
    private static final int MOST = 1024;

    private static final long LINGER_NANOS = 2_000_000_000L;
    private static final byte[] ANSWER = """
            HTTP/1.1 503 Service OverloadResponse\r
            Retry-After: 1\r
            Content-Length: 0\r
            Connection: close\r
            \r
            """.getBytes(US_ASCII);

    private record Lingering(Fd socket, long sinceNanos) {}

    private final StreamBytes bytes = new StreamBytes();
    private List<Service> services = List.of();
    private Deque<Lingering> lingering = new ArrayDeque<>();
    private long answered;

    /** Clients answered so far. */
    long answered() {
        return answered;
    }

    boolean isEmpty() {
        return lingering.isEmpty();
    }

    /** Sets what connections speak, by the keys of their listeners, as a worker has said last. */
    void setServices(List<Service> said) {
        services = said;
    }

    /** Whether clients of that listener speak plain HTTP, and so understand the answer. */
    boolean canAnswer(int listener) {
        return listener < services.size()
                && services.get(listener).protocol().isHttp()
                && !services.get(listener).protocol().isEncrypted();
    }

    /** What a client has sent. */
    Found sentBy(Fd client) {
        return bytes.peek(client);
    }

    /**
     * Answers a client, whose connection this then owns.
     *
     * @return false if too many linger: the connection is still the caller's
     */
    boolean answer(Fd client, long nowNanos) {
        if (lingering.size() == MOST) {
            return false;
        }
        answered++;
        if (bytes.send(client, ANSWER)) {
            bytes.endOutput(client);
            lingering.addLast(new Lingering(client, nowNanos));
        } else {
            client.close();
        }
        return true;
    }

    /** Adds the sockets that linger to a poll; gives the index of the first. */
    int addTo(Poller poller) {
        int first = poller.size();
        lingering.forEach(each -> poller.add(each.socket, Poller.IN));
        return first;
    }

    /** Closes the sockets whose clients have ended since that poll, or whose time is over. */
    void closeRead(Poller poller, int firstPolled, long nowNanos) {
        if (lingering.isEmpty()) {
            return;
        }
        int index = firstPolled;
        Deque<Lingering> left = new ArrayDeque<>();
        for (Lingering each : lingering) {
            boolean ended = poller.isReady(index++) && bytes.discard(each.socket) == Found.END;
            if (ended || nowNanos - each.sinceNanos >= LINGER_NANOS) {
                each.socket.close();
            } else {
                left.addLast(each);
            }
        }
        lingering = left;
    }

    /** Closes all at once, with no more time for what clients may still send. */
    void close() {
        for (Lingering each : lingering) {
            bytes.discard(each.socket);
            each.socket.close();
        }
        lingering.clear();
    }
}
