package dev.handoff.wire;

import java.io.IOException;

/** An invalid frame. Its channel is closed, because nothing that follows can be trusted. */
public final class WireException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, at which offset, and what was there. */
    public WireException(String message) {
        super(message);
    }
}
