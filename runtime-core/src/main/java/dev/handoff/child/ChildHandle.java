package dev.handoff.child;

import dev.handoff.process.ExitStatus;
import dev.handoff.process.Signal;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.NoThreadException;
import dev.handoff.process.spi.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;

/**
 * A process that we started, from fork to exit. Any thread may call.
 *
 * <p>The exit is waited for by a thread of its own: {@link Process#onExit()} would report it on the common pool, which
 * belongs to the program and may be busy for seconds.
 */
public final class ChildHandle {
    private static final Logger LOG = Logs.of(ChildHandle.class);

    private final Process process;
    private final SignalSender sender;
    private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();

    private ChildHandle(Process process, SignalSender sender) {
        this.process = process;
        this.sender = sender;
    }

    /**
     * Begins to wait for its exit.
     *
     * @param thread the name of the thread that waits
     * @param sender how it is sent what the JDK cannot send: all but TERM and KILL
     * @throws NoThreadException if that thread cannot be started: the process, whose exit would not be heard of, is ended
     */
    public static ChildHandle watch(Process process, String thread, SignalSender sender) throws NoThreadException {
        ChildHandle child = new ChildHandle(process, sender);
        try {
            Threads.start(Threads.daemon(thread, child::awaitExit));
            return child;
        } catch (NoThreadException e) {
            process.toHandle().destroyForcibly();
            throw e;
        }
    }

    private void awaitExit() {
        while (!exit.isDone()) {
            try {
                exit.complete(ExitStatus.of(process.waitFor()));
            } catch (InterruptedException e) {
                LOG.warn("interrupted while waiting for the exit of pid {}: goes on, as others wait for it", pid());
            }
        }
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether it has not ended yet. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /**
     * The process's end, as soon as the kernel reports it. Dependants run on the thread that waits
     * and should do no more than enqueue. A pipe may end earlier or later.
     */
    public CompletableFuture<ExitStatus> onExit() {
        return exit.copy();
    }

    /** Tells the process's end. As {@link #onExit}; an error of the listener's ends this process instead of being lost. */
    public void whenExited(Consumer<ExitStatus> listener) {
        exit.thenAccept(status -> Threads.guard(() -> listener.accept(status)));
    }

    /**
     * Sends a signal; {@link Signal#NONE} only asks.
     *
     * <p>TERM and KILL go by the process handle, not by {@link Process#destroy()}: that closes our ends of the pipes
     * at once, and with them the worker's last words.
     *
     * @return false if the process is gone
     * @throws UncheckedIOException if the kernel refuses although the process is there
     */
    public boolean signal(Signal signal) {
        if (!process.isAlive()) {
            return false;
        }
        return switch (signal) {
            case NONE -> true;
            case TERM -> process.toHandle().destroy();
            case KILL -> process.toHandle().destroyForcibly();
            default -> send(signal);
        };
    }

    private boolean send(Signal signal) {
        try {
            sender.send(pid(), signal.number());
            return true;
        } catch (IOException e) {
            if (!process.isAlive()) {
                return false;
            }
            throw new UncheckedIOException("cannot send " + signal + " to pid " + pid() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return "pid " + pid();
    }
}
