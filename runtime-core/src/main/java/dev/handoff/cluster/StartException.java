package dev.handoff.cluster;

/** A cluster could not be started. The message is one sentence that says what failed, why, and what to do. */
public class StartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Exit code of a program with a wrong option or setting. */
    public static final int WRONG_SETTING = 2;
    /** Exit code of a master whose workers never got ready. */
    public static final int NO_WORKER_READY = 10;
    /** Exit code of a master that cannot listen. */
    public static final int CANNOT_LISTEN = 11;
    /** Exit code of a master whose name is taken or whose runtime directory is unsafe or unwritable. */
    public static final int NO_RUNTIME_DIRECTORY = 12;
    /** Exit code on an unsupported platform. */
    public static final int PLATFORM = 13;
    /** Exit code of a master that has too few descriptors or threads. */
    public static final int TOO_LITTLE_ROOM = 14;

    private final int exitCode;

    /** An exception with the exit code for the program. */
    public StartException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** An exception with the exit code for the program. */
    public StartException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** The exit code for the process. */
    public int exitCode() {
        return exitCode;
    }
}
