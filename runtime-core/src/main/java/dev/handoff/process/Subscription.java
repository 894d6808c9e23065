package dev.handoff.process;

/** The registration of a listener. A close is idempotent; after it has returned, no call of the listener begins. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
    @Override
    void close();
}
