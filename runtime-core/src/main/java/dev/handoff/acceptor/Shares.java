package dev.handoff.acceptor;

/**
 * Divides the credit of all workers between clients that are new and connections that workers have handed back: a worker that
 * leaves hands back thousands, and neither are clients to wait for all of them, nor they for all clients. The acceptor's thread only.
 *
 * <p>Whether new clients wait is known of those passes only before which the listeners were looked at, and they are not looked at while no
 * worker has credit. So in any other pass half of the credit is left over, for the sake of the next.
 */
final class Shares {
    private boolean oddIsForNew;

    /**
     * How many new clients may have.
     *
     * @param credit what all workers together can take
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
     * How many of those that were handed back may be given away.
     *
     * @param credit what new clients have left over
     * @param newHadTheirTurn whether all new clients that wait could have had theirs
     */
    int ofHandedBack(int credit, boolean newHadTheirTurn) {
        return newHadTheirTurn ? credit : credit / 2;
    }
}
