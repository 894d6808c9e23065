package dev.handoff.sample.client;

import java.io.IOException;

/** The server has said that it has not served a request, and will not: it may be sent again on another connection. */
public final class StreamRefused extends IOException {
    private static final long serialVersionUID = 1L;

    StreamRefused(String message) {
        super(message);
    }
}
