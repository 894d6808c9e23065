package dev.handoff.process;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A child could not be started, or did not end with code 0. The message says what failed, of which command, and why. */
public class ChildProcessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Reason {
        /** There is no such program or directory, no permission, or no room for one more process. */
        NOT_STARTED,
        /** It ended with another code than 0, or by a signal that this process did not send because of a limit. */
        FAILED,
        /** It did not end in time, and was sent the kill signal. */
        TIMED_OUT,
        /** Its output was longer than the limit, and it was sent the kill signal. */
        TOO_MUCH_OUTPUT,
        /** It was cancelled, and was sent the kill signal. */
        CANCELLED
    }

    private final Reason reason;
    private final transient @Nullable Output output;

    /**
     * A failure.
     *
     * @param output what was collected of its output; null if it was never started
     * @param cause null if there is none
     */
    public ChildProcessException(Reason reason, String message, @Nullable Output output, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.output = output;
    }

    /** What went wrong. */
    public Reason reason() {
        return reason;
    }

    /** The child's output and exit status; empty if it was never started, or its output is not collected. */
    public Optional<Output> output() {
        return Optional.ofNullable(output);
    }
}
