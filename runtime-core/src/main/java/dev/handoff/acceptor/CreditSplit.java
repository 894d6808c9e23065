package dev.handoff.acceptor;

/**
 * Divides the credit of all workers between new connections and those that workers have handed back. A leaving worker may hand
 * back thousands: new clients must not wait for all of them, nor they for all new clients. The acceptor's thread only.
 *
 * <p>The listeners are polled only while a worker has credit, so in some passes it is unknown whether new clients wait. Such a pass
 * leaves half of the credit for the next one.
 */
final class CreditSplit {
    /** Whether new connections get the odd one this time: both kinds get it in turn. */
    private boolean oddIsForNew;

    /**
     * How many new connections may be assigned.
     *
     * @param credit of all workers together
     * @param othersWait whether connections that were handed back wait, too
     */
    int ofNew(int credit, boolean othersWait) {
        if (!othersWait) {
            return credit;
        }
        oddIsForNew = !oddIsForNew;
        return credit / 2 + (oddIsForNew ? credit % 2 : 0);
    }

    /**
     * How many of those that were handed back may be assigned.
     *
     * @param credit what the new connections have left
     * @param newHadTheirTurn whether every new client that waits could have been assigned in this pass
     */
    int ofHandedBack(int credit, boolean newHadTheirTurn) {
        return newHadTheirTurn ? credit : credit / 2;
    }
}
