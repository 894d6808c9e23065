package dev.handoff.worker;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** This process cannot become a worker. The message says which, of which master, and why. */
public final class JoinException extends IOException {
    private static final long serialVersionUID = 1L;

    /** The exit code of a worker whose version does not fit its master's. */
    private static final int OTHER_VERSION = 70;

    private final int exitCode;

    private JoinException(int exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    static JoinException refused(int workerId, long masterPid, String reason) {
        return new JoinException(
                OTHER_VERSION, "master " + masterPid + " refuses worker " + workerId + ": " + reason, null);
    }

    static JoinException unreachable(int workerId, long masterPid, IOException cause) {
        return new JoinException(
                Orphan.EXIT_CODE,
                "worker " + workerId + " cannot join master " + masterPid + ": " + cause.getMessage(),
                cause);
    }

    /** The exit code for the process: 70 if its version does not fit its master's, else 71. */
    public int exitCode() {
        return exitCode;
    }
}
