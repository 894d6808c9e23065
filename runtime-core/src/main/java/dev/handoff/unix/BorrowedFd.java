package dev.handoff.unix;

/**
 * An open descriptor that another object owns, lent for one call. It can be sent, but neither closed nor given away.
 *
 * @param number 0 or above
 */
public record BorrowedFd(int number) {
    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public BorrowedFd {
        if (number < 0) {
            throw new IllegalArgumentException(number + " is no descriptor");
        }
    }
}
