package dev.handoff.process;

import org.jspecify.annotations.Nullable;

/** A message that could not be sent, or not be read. The text says what, and why. */
public class MessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Says what was wrong.
     *
     * @param cause null if there is none
     */
    public MessageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
