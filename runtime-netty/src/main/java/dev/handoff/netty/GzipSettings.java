package dev.handoff.netty;

/**
 * Which responses are compressed.
 *
 * @param on whether any are
 * @param minLength bytes of the shortest body that is, where its length is known
 */
record GzipSettings(boolean on, int minLength) {
    static final GzipSettings DEFAULTS = new GzipSettings(false, 1024);

    GzipSettings withOn(boolean changed) {
        return new GzipSettings(changed, minLength);
    }

    GzipSettings withMinLength(int bytes) {
        return new GzipSettings(on, bytes);
    }
}
