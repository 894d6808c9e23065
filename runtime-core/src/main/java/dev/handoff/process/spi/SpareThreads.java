package dev.handoff.process.spi;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that a process keeps for nothing, to end them when the kernel grants no more. The JDK starts a thread for each signal
 * that is handled and for each shutdown hook, and without one a signal is lost: a process at its limit would obey none.
 *
 * <p>Once a second it is tried, on {@code handoff-timer}, whether one more could be started. If not, or if a start fails anywhere in this
 * runtime, the spare ones end, and leave their room to the JDK. They come back as soon as there is room for them and one more. Any
 * thread may call.
 */
public final class SpareThreads {
    private static final Logger LOG = LoggerFactory.getLogger(SpareThreads.class);
    /** For a signal, for the hooks at the end, and for one that is just going. */
    private static final int SIZE = 3;

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private static final SpareThreads INSTANCE = new SpareThreads();

    private final List<Spare> spare = new ArrayList<>();
    private boolean kept;
    private volatile boolean whole;

    private SpareThreads() {}

    /**
     * Keeps some from now on.
     *
     * @throws NoThreadException if the kernel does not grant them
     */
    public static void keep() throws NoThreadException {
        Timer.prepare();
        INSTANCE.begin();
    }

    /** Ends them: the kernel grants no more. */
    static void spend() {
        INSTANCE.give();
    }

    /** Whether there is room for what is less urgent: no spare ones are kept, or all are there. */
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
            LOG.warn("the kernel grants no more threads: the room of {} spare ones is left to signals", spare.size());
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
