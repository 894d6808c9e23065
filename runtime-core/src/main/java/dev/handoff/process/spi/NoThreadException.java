package dev.handoff.process.spi;

import java.io.IOException;

/**
 * A thread could not be started: the kernel grants no more tasks (EAGAIN of clone(2)). That is a shortage, as of descriptors: the action that
 * needed the thread fails, the process goes on, and a later attempt may succeed.
 */
public final class NoThreadException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * The kernel refused a thread.
     *
     * @param what needed the thread, as the end of "no thread for …"
     */
    public NoThreadException(String what, OutOfMemoryError refusal) {
        super(
                "no thread for " + what + ": the kernel grants no more tasks (EAGAIN); pids.max of the cgroup,"
                        + " RLIMIT_NPROC (ulimit -u) or kernel.threads-max is reached, or memory for a stack is missing",
                refusal);
    }

    /**
     * No start was attempted, because signals may need the room.
     *
     * @param what needs the thread, as the end of "no thread for …"
     */
    public NoThreadException(String what) {
        super("no thread for " + what + ": tasks are short, and the room that is left is kept for signals");
    }
}
