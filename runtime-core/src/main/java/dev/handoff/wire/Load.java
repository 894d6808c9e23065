package dev.handoff.wire;

import dev.handoff.process.Peer;

/**
 * Messages that wait, or are under way. Bounded by their bytes, and by their number, for each takes memory beside its bytes, and a message
 * may have none.
 */
record Load(long bytes, int messages) {
    static final Load NONE = new Load(0, 0);

    /** As many as take up as much memory by themselves as the bytes of all of them may. */
    static final int MOST_MESSAGES = 64 * 1024;

    private static final int LIGHT_BYTES = 128 * 1024;
    private static final int LIGHT_MESSAGES = 4 * 1024;

    Load plus(int length) {
        return new Load(bytes + length, messages + 1);
    }

    Load minus(int length) {
        return new Load(bytes - length, messages - 1);
    }

    boolean hasRoomFor(int length) {
        return bytes + length <= Peer.MOST_BYTES && messages < MOST_MESSAGES;
    }

    /** Whether a sender need not slow down. */
    boolean isLight() {
        return bytes <= LIGHT_BYTES && messages <= LIGHT_MESSAGES;
    }

    @Override
    public String toString() {
        return bytes + " bytes in " + messages + " messages";
    }

    /** What there may be at most, for people. */
    static String limit() {
        return Peer.MOST_BYTES + " bytes, or " + MOST_MESSAGES + " messages";
    }
}
