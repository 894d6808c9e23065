package dev.handoff.child;

import java.io.IOException;

/** kill(2). */
@FunctionalInterface
public interface SignalSender {

    /**
     * Sends a signal.
     *
     * @param pid a live child of ours, not yet reaped
     * @param number 1 to 31
     * @throws IOException with the errno's name, if the kernel refuses
     */
    void send(long pid, int number) throws IOException;
}
