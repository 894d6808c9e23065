package dev.handoff.process;

/** What a listener's registration returns. Closing it is idempotent; after it returns, no call of the listener begins. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
    @Override
    void close();
}
