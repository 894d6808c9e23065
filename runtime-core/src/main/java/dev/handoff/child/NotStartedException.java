package dev.handoff.child;

import dev.handoff.unix.UnixException;
import java.io.IOException;
import jnr.constants.platform.Errno;
import org.jspecify.annotations.Nullable;

/** A process that its launcher could not start. The message says what, and why. */
final class NotStartedException extends IOException {
    private static final long serialVersionUID = 1L;

    NotStartedException(String message, @Nullable IOException cause) {
        super(message, cause);
    }

    /** Whether there was a descriptor for each of its streams. */
    boolean hadStreams() {
        for (Throwable each = getCause(); each != null; each = each.getCause()) {
            if (each instanceof UnixException failure && (failure.is(Errno.EMFILE) || failure.is(Errno.ENFILE))) {
                return false;
            }
        }
        return true;
    }
}
