package dev.handoff.process;

import org.jspecify.annotations.Nullable;

/** A message could not be sent, or could not be read. The text says what failed, and why. */
public class MessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param cause null if there is none
     */
    public MessageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
