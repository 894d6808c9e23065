package dev.handoff.netty.worker;

/**
 * What was closed at the drain limit.
 *
 * @param connections that were still open
 * @param requests in progress on them that did not get their answer; of HTTP only
 */
record Cut(int connections, int requests) {
    /** Nothing was cut. */
    static final Cut NOTHING = new Cut(0, 0);

    Cut plus(Cut other) {
        return new Cut(connections + other.connections, requests + other.requests);
    }

    /** In words, for the log. */
    @Override
    public String toString() {
        return connections + " connections, with " + requests + " requests in progress";
    }
}
