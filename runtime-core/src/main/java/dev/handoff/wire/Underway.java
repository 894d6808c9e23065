package dev.handoff.wire;

import dev.handoff.process.MessageException;
import dev.handoff.process.Peer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What was sent over a channel and is still to be answered, or to be passed on by a master: so much to each address, so that
 * one that does not read keeps nothing from the others. Any thread may call.
 */
final class Underway {
    private static final int WRITABLE_BELOW = 128 * 1024;

    private final Map<Long, Entry> entries = new ConcurrentHashMap<>();
    private final AtomicLong lastNumber = new AtomicLong();
    private final Map<Long, Integer> bytes = new ConcurrentHashMap<>();
    private volatile @Nullable String over;

    /** One message or request. */
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

        /** What becomes of it, once it is written. */
        CompletableFuture<Envelope> outcome(CompletableFuture<Void> written) {
            written.whenComplete((done, failure) -> {
                if (failure != null) {
                    forget();
                    outcome.completeExceptionally(failure);
                }
            });
            return outcome;
        }

        /** Nobody waits for it any more. */
        void forget() {
            if (entries.remove(number) != null) {
                bytes.computeIfPresent(address, (key, sum) -> sum == length ? null : sum - length);
            }
        }
    }

    /**
     * Begins one.
     *
     * @throws MessageException if too much is under way
     */
    Entry begin(long address, int length) {
        int waiting = bytes.getOrDefault(address, 0);
        if (waiting + length > Peer.MOST_BYTES) {
            throw new MessageException(
                    "cannot send a message of " + length + " bytes: " + waiting
                            + " are under way there already, and the limit is " + Peer.MOST_BYTES
                            + "; wait until isWritable, or for the futures of what was sent",
                    null);
        }
        Entry entry = new Entry(lastNumber.incrementAndGet(), address, length);
        entries.put(entry.number, entry);
        bytes.merge(address, length, Integer::sum);
        String why = over;
        if (why != null) {
            fail(entry.number, why);
        }
        return entry;
    }

    /** Whether less than 128 KiB are under way there. */
    boolean isWritable(long address) {
        return bytes.getOrDefault(address, 0) <= WRITABLE_BELOW;
    }

    /** What it has come to; false if nobody waits for it. */
    boolean settle(Envelope result) {
        Entry entry = entries.get(result.correlation());
        if (entry == null) {
            return false;
        }
        entry.forget();
        return entry.outcome.complete(result);
    }

    /** It has failed; false if nobody waits for it. */
    boolean fail(long number, String why) {
        Entry entry = entries.get(number);
        if (entry == null) {
            return false;
        }
        entry.forget();
        return entry.outcome.completeExceptionally(new MessageException(why, null));
    }

    /** Nothing will become of the rest, nor of what is begun from now on. */
    void end(String why) {
        over = why;
        entries.keySet().forEach(number -> fail(number, why));
    }
}
