package dev.handoff.wire;

import java.io.IOException;

/** A frame that cannot be what the other side meant to send: its channel is closed, for what follows is not to be trusted. */
public final class WireException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, at which offset, and what was there. */
    public WireException(String message) {
        super(message);
    }
}
