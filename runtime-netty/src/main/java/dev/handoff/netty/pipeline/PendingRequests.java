package dev.handoff.netty.pipeline;

import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The requests of one connection that have not been answered. Responses come in the order of the requests: RFC 9112, section 9.3.2.
 * Used on the connection's event loop.
 */
final class PendingRequests {
    private final Deque<HttpMethod> waiting = new ArrayDeque<>();
    private int responses;

    /** A request has come. */
    void add(HttpMethod method) {
        waiting.add(method);
    }

    /** A response begins; gives the method of its request, empty if there is no request. */
    Optional<HttpMethod> begin() {
        HttpMethod asked = waiting.poll();
        responses += asked == null ? 0 : 1;
        return Optional.ofNullable(asked);
    }

    /** A response has ended; whether it was one to a request. */
    boolean end() {
        boolean expected = responses > 0;
        responses -= expected ? 1 : 0;
        return expected;
    }

    /** Whether there is none. */
    boolean isEmpty() {
        return waiting.isEmpty() && responses == 0;
    }

    /** Whether there is one whose response has not begun. */
    boolean isOneWaiting() {
        return !waiting.isEmpty();
    }

    /** Whether there is one whose response has begun. */
    boolean isOneInsideResponse() {
        return responses > 0;
    }

    /** Forgets all; gives how many. */
    int clear() {
        int count = waiting.size() + responses;
        waiting.clear();
        responses = 0;
        return count;
    }
}
