package dev.handoff.unix;

import java.io.IOException;
import jnr.constants.platform.Errno;

/** A system call that failed. The message says what was tried and why it failed, with errno's name. */
public final class UnixException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    UnixException(String what, int errno) {
        super(what + ": " + describe(errno));
        this.errno = errno;
    }

    /** The error number, as in {@code errno(3)}. */
    public int errno() {
        return errno;
    }

    /** Whether this is that error. */
    public boolean is(Errno error) {
        return errno == error.intValue();
    }

    /** The name of the error, such as {@code EADDRINUSE}. */
    public String name() {
        return Errno.valueOf(errno).name();
    }

    private static String describe(int errno) {
        Errno error = Errno.valueOf(errno);
        return error == Errno.__UNKNOWN_CONSTANT__ ? "errno " + errno : error.description() + " (" + error.name() + ")";
    }
}
