package dev.handoff.wire;

import dev.handoff.process.MessageException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait for their answer, and the routed messages that wait until the master has passed them on. Their bytes are
 * limited for each address, so that a peer that does not read does not block the others. Any thread may call.
 */
final class PendingReplies {
    private final Map<Long, Entry> entries = new ConcurrentHashMap<>();
    private final AtomicLong lastNumber = new AtomicLong();
    private final Map<Long, Load> loads = new ConcurrentHashMap<>();
    private volatile @Nullable String over;

    /** A message or request that waits. */
    final class Entry {
        private final long number;
        private final long address;
        private final int length;
        private final CompletableFuture<Envelope> outcome = new CompletableFuture<>();

        private Entry(long number, long address, int length) {
            this.number = number;
            this.address = address;
            this.length = length;
        }

        /** Its correlation. */
        long number() {
            return number;
        }

        /** Its outcome; it fails if it could not be written. */
        CompletableFuture<Envelope> outcome(CompletableFuture<Void> written) {
            written.whenComplete((done, failure) -> {
                if (failure != null) {
                    forget();
                    outcome.completeExceptionally(failure);
                }
            });
            return outcome;
        }

        /** Removes it: its reply is not awaited any more. */
        void forget() {
            if (entries.remove(number) != null) {
                loads.computeIfPresent(address, (key, load) -> load.messages() == 1 ? null : load.minus(length));
            }
        }
    }

    /**
     * Adds a message or request.
     *
     * @throws MessageException if too many bytes or messages wait for that address
     */
    Entry begin(long address, int length) {
        Load waiting = loads.getOrDefault(address, Load.NONE);
        if (!waiting.hasRoomFor(length)) {
            throw new MessageException(
                    "cannot send a message of " + length + " bytes: " + waiting
                            + " wait there already, and the limit is " + Load.limit()
                            + "; wait until isWritable, or for the futures of what was sent",
                    null);
        }
        Entry entry = new Entry(lastNumber.incrementAndGet(), address, length);
        entries.put(entry.number, entry);
        loads.merge(address, Load.NONE.plus(length), (load, added) -> load.plus(length));
        String why = over;
        if (why != null) {
            fail(entry.number, why);
        }
        return entry;
    }

    /** Whether little waits for that address. */
    boolean isWritable(long address) {
        return loads.getOrDefault(address, Load.NONE).isLight();
    }

    /** Completes the entry with that reply; false if none waits for it. */
    boolean settle(Envelope result) {
        Entry entry = entries.get(result.correlation());
        if (entry == null) {
            return false;
        }
        entry.forget();
        return entry.outcome.complete(result);
    }

    /** Fails an entry; false if it does not wait any more. */
    boolean fail(long number, String why) {
        Entry entry = entries.get(number);
        if (entry == null) {
            return false;
        }
        entry.forget();
        return entry.outcome.completeExceptionally(new MessageException(why, null));
    }

    /** Fails all entries, and those that are added from now on. */
    void end(String why) {
        over = why;
        entries.keySet().forEach(number -> fail(number, why));
    }
}
