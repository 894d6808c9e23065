package dev.handoff.netty.http;

/**
 * Which responses are compressed.
 *
 * @param on whether any are
 * @param minLength bytes of the shortest body that is, where its length is known
 */
public record GzipSettings(boolean on, int minLength) {
    static final GzipSettings DEFAULTS = new GzipSettings(false, 1024);

    /** The same with this instead. */
    public GzipSettings withOn(boolean changed) {
        return new GzipSettings(changed, minLength);
    }

    /** The same with this length instead. */
    public GzipSettings withMinLength(int bytes) {
        return new GzipSettings(on, bytes);
    }
}
