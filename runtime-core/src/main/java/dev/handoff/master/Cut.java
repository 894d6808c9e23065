package dev.handoff.master;

/**
 * What ended with a worker although it was still in use.
 *
 * @param connections that were open
 * @param requests in progress on them, as far as the worker has told
 */
record Cut(long connections, long requests) {
    static final Cut NOTHING = new Cut(0, 0);

    Cut plus(Cut other) {
        return new Cut(connections + other.connections, requests + other.requests);
    }

    boolean isNothing() {
        return connections == 0 && requests == 0;
    }

    /** In words, for people. */
    @Override
    public String toString() {
        return connections + " connections, with " + requests + " requests in progress";
    }
}
