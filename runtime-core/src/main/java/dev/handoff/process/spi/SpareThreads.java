package dev.handoff.process.spi;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;

/**
 * Threads that a process holds in reserve, and ends when the kernel grants no more. The JDK starts a thread for each signal that is handled and
 * for each shutdown hook. If it cannot, the signal is lost, so a process at its limit would obey no signal.
 *
 * <p>Once a second, on {@code handoff-timer}, this checks whether one more thread could be started. If not, or if a start fails anywhere in this
 * runtime, the spare threads end, and the JDK can use their room. They are started again when there is room for them and one more. Any thread
 * may call.
 */
public final class SpareThreads {
    private static final Logger LOG = Logs.of(SpareThreads.class);
    /** One for a signal, one for the shutdown hooks, and one for a thread that is just ending. */
    private static final int SIZE = 3;

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private static final SpareThreads INSTANCE = new SpareThreads();

    private final List<Spare> spare = new ArrayList<>();
    private boolean kept;
    private volatile boolean whole;

    private SpareThreads() {}

    /**
     * Holds spare threads from now on.
     *
     * @throws NoThreadException if the kernel does not grant them
     */
    public static void keep() throws NoThreadException {
        Timer.prepare();
        INSTANCE.begin();
    }

    /** Ends the spare threads, because the kernel grants no more threads. */
    static void spend() {
        INSTANCE.give();
    }

    /** Whether there is room for less urgent threads: no spare threads are held, or all are there. */
    public static boolean leaveRoom() {
        return INSTANCE.isThereRoom();
    }

    private synchronized void begin() throws NoThreadException {
        if (kept) {
            return;
        }
        if (!isFilled(SIZE)) {
            throw new NoThreadException("handoff-spare");
        }
        kept = true;
        whole = true;
        lookLater();
    }

    private void lookLater() {
        Timer.after(BETWEEN_LOOKS, this::look);
    }

    private synchronized void look() {
        if (!isFilled(SIZE + 1)) {
            give();
        } else if (!whole) {
            whole = true;
            LOG.info("the kernel grants threads again");
        }
        while (spare.size() > SIZE) {
            spare.remove(spare.size() - 1).end();
        }
        lookLater();
    }

    private synchronized boolean isThereRoom() {
        return !kept || whole;
    }

    private synchronized void give() {
        if (whole) {
            LOG.warn(
                    "the kernel grants no more threads: the room of {} spare threads is left to signals", spare.size());
        }
        whole = false;
        spare.forEach(Spare::end);
        spare.clear();
    }

    private boolean isFilled(int count) {
        while (spare.size() < count) {
            Spare next = new Spare();
            try {
                next.begin();
            } catch (OutOfMemoryError e) {
                LOG.debug("no spare thread", e);
                return false;
            }
            spare.add(next);
        }
        return true;
    }
}
