package dev.handoff.process;

/**
 * How a process ended.
 *
 * <p>The JVM gives one number for a child's end: the exit code, or 128 + n after signal n, as a shell does. So three ends cannot be
 * distinguished and all read as {@link Signaled}: death by signal n; a JVM that caught TERM, INT or HUP, ran its shutdown hooks and ended with
 * 128 + n as every JVM does; and a program that chose such a code itself.
 */
public sealed interface ExitStatus {

    /**
     * It ended by itself.
     *
     * @param code 0 to 255; never 129 to 159
     */
    record Exited(int code) implements ExitStatus {
        @Override
        public String toString() {
            return "exit code " + code;
        }
    }

    /**
     * A signal ended it, or it ended with such a code.
     *
     * @param signal never {@link Signal#NONE}
     */
    record Signaled(Signal signal) implements ExitStatus {
        @Override
        public String toString() {
            return "signal " + signal;
        }
    }

    /**
     * Reads the number that {@link Process#exitValue()} gives.
     *
     * @param exitValue 0 to 255; 129 to 159 read as signals 1 to 31
     * @return how the process ended
     */
    static ExitStatus of(int exitValue) {
        return exitValue <= 128
                ? new Exited(exitValue)
                : Signal.of(exitValue - 128).<ExitStatus>map(Signaled::new).orElseGet(() -> new Exited(exitValue));
    }

    /**
     * The number that a shell would show.
     *
     * @return 0 to 255
     */
    default int code() {
        if (this instanceof Exited exited) {
            return exited.code();
        }
        return 128 + ((Signaled) this).signal().number();
    }

    /**
     * Whether the process succeeded.
     *
     * @return true for exit code 0 alone
     */
    default boolean isSuccess() {
        return code() == 0;
    }
}
