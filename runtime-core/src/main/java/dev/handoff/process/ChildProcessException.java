package dev.handoff.process;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A child that could not be started, or did not end as it should. The message says what, of which command, and why. */
public class ChildProcessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Reason {
        /** There is no such program or directory, no permission, or no room for one more process. */
        NOT_STARTED,
        /** It ended with another code than 0, or by a signal that was not ours. */
        FAILED,
        /** It did not end in time and was sent the kill signal. */
        TIMED_OUT,
        /** It said more than the limit and was sent the kill signal. */
        TOO_MUCH_OUTPUT,
        /** It was not wanted any more and was sent the kill signal. */
        CANCELLED
    }

    private final Reason reason;
    private final transient @Nullable Output output;

    /**
     * An end other than the wished one.
     *
     * @param output what it said until then; null if it was never started
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

    /** What the child said and how it ended; empty if it was never started, or nobody collected what it said. */
    public Optional<Output> output() {
        return Optional.ofNullable(output);
    }
}
