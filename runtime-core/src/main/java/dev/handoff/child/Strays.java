package dev.handoff.child;

import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.NoThreadException;
import dev.handoff.process.spi.Threads;
import dev.handoff.unix.Signals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;

/**
 * Processes that run although their start has failed: the JDK starts a thread for each one's exit when it runs already, and where the
 * kernel grants none the process belongs to no {@link Process}. Such a one is ended and reaped, or it would run on, and then count as
 * a task for as long as this process lives. Any thread may call.
 */
final class Strays {
    private static final Logger LOG = Logs.of(Strays.class);

    /** The kernel's time of a start may be so much earlier than ours. */
    private static final Duration INEXACT = Duration.ofSeconds(2);

    private static final int MOST_KNOWN = 1024;

    /** Starts share it; who looks for a stray has it alone, so that none is taken for one that is just being started. */
    private final ReentrantReadWriteLock starting = new ReentrantReadWriteLock();

    /** Pids that belong to a {@link Process}, the last ones. */
    private final Deque<Long> known = new ArrayDeque<>();

    /**
     * Starts a process.
     *
     * @param words its command
     * @param start starts it
     * @throws IOException if it cannot be started; it does not run then
     */
    Process start(List<String> words, Threads.Step<Process, IOException> start) throws IOException {
        Instant began = Instant.now();
        try {
            return Threads.inLibrary("the exit of " + words.get(0), () -> startShared(start));
        } catch (NoThreadException e) {
            endStrayOf(words, began);
            throw e;
        }
    }

    private Process startShared(Threads.Step<Process, IOException> start) throws IOException {
        starting.readLock().lock();
        try {
            Process process = start.run();
            remember(process.pid());
            return process;
        } finally {
            starting.readLock().unlock();
        }
    }

    private void remember(long pid) {
        synchronized (known) {
            known.addLast(pid);
            if (known.size() > MOST_KNOWN) {
                known.removeFirst();
            }
        }
    }

    private boolean isKnown(long pid) {
        synchronized (known) {
            return known.contains(pid);
        }
    }

    private void endStrayOf(List<String> words, Instant began) {
        byte[] line = (String.join("\0", words) + "\0").getBytes(StandardCharsets.UTF_8);
        starting.writeLock().lock();
        try {
            ProcessHandle.current()
                    .children()
                    .filter(child -> !isKnown(child.pid()) && isSince(child, began) && isCommand(child.pid(), line))
                    .forEach(Strays::end);
        } finally {
            starting.writeLock().unlock();
        }
    }

    private static boolean isSince(ProcessHandle child, Instant began) {
        return child.info()
                .startInstant()
                .filter(start -> start.isAfter(began.minus(INEXACT)))
                .isPresent();
    }

    private static boolean isCommand(long pid, byte[] line) {
        try {
            return Arrays.equals(Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline")), line);
        } catch (IOException e) {
            LOG.debug("pid {} is gone, or not ours to look at", pid, e);
            return false;
        }
    }

    private static void end(ProcessHandle stray) {
        stray.destroyForcibly();
        try {
            Signals.reap(stray.pid());
        } catch (IOException e) {
            LOG.warn("{}: it counts as a task of this process", e.getMessage());
        }
    }
}
