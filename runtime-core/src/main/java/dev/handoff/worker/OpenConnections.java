package dev.handoff.worker;

import java.util.concurrent.CompletableFuture;

/** How many connections of a listener are open in this process. Any thread may call. */
final class OpenConnections {
    private final Runnable onFewer;
    private final CompletableFuture<Void> emptied = new CompletableFuture<>();
    private int count;
    private boolean last;

    OpenConnections(Runnable onFewer) {
        this.onFewer = onFewer;
    }

    synchronized int count() {
        return count;
    }

    synchronized void opened() {
        count++;
    }

    void gone() {
        oneLess();
        onFewer.run();
    }

    private synchronized void oneLess() {
        count--;
        completeIfEmpty();
    }

    /** No more connections will come. */
    synchronized void noMore() {
        last = true;
        completeIfEmpty();
    }

    private void completeIfEmpty() {
        if (last && count == 0) {
            emptied.complete(null);
        }
    }

    /** Done when no more connections come and the last one has ended. */
    CompletableFuture<Void> emptied() {
        return emptied;
    }
}
