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
 * Tells clients of HTTP that nobody can serve them now, 503, and when to come again. Closed over its unread request a socket
 * would answer with a reset, which throws away what the client has not read yet: so this ends its own direction, and reads and
 * discards until the client ends the other one, or has had 2 s. Source: RFC 9112, section 9.6. Never blocks. The acceptor's
 * thread only.
 */
final class Unavailable {
    /** So many may linger at a time: more are told when one of them has gone. */
    private static final int MOST = 1024;

    private static final long PATIENCE_NANOS = 2_000_000_000L;
    private static final byte[] ANSWER = """
            HTTP/1.1 503 Service Unavailable\r
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

    /** How many have been told so far. */
    long answered() {
        return answered;
    }

    boolean isEmpty() {
        return lingering.isEmpty();
    }

    /** What connections speak, by the keys of their listeners: as a worker has said last. */
    void setServices(List<Service> said) {
        services = said;
    }

    /** Whether a client of that listener would understand: one of HTTP in clear. */
    boolean canTell(int listener) {
        return listener < services.size()
                && services.get(listener).protocol().isHttp()
                && !services.get(listener).protocol().isEncrypted();
    }

    /** What a client has said. */
    Found saidBy(Fd client) {
        return bytes.peek(client);
    }

    /** Tells a client, whose connection is no longer the caller's; false: not now, it still is. */
    boolean tell(Fd client, long nowNanos) {
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

    /** Adds those who have been told to a poll; gives the index of the first. */
    int addTo(Poller poller) {
        int first = poller.size();
        lingering.forEach(each -> poller.add(each.socket, Poller.IN));
        return first;
    }

    /** Closes those who have gone since that poll, or have had their time. */
    void closeRead(Poller poller, int firstPolled, long nowNanos) {
        if (lingering.isEmpty()) {
            return;
        }
        int index = firstPolled;
        Deque<Lingering> left = new ArrayDeque<>();
        for (Lingering each : lingering) {
            boolean ended = poller.isReady(index++) && bytes.discard(each.socket) == Found.END;
            if (ended || nowNanos - each.sinceNanos >= PATIENCE_NANOS) {
                each.socket.close();
            } else {
                left.addLast(each);
            }
        }
        lingering = left;
    }

    /** Closes all, without time for what they may still send. */
    void close() {
        for (Lingering each : lingering) {
            bytes.discard(each.socket);
            each.socket.close();
        }
        lingering.clear();
    }
}
