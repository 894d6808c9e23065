package dev.handoff.unix;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * An open descriptor with one owner: the holder of this object closes it or gives it away, once. To lend it for one call there is
 * {@link BorrowedFd}. Any thread may use it; the holder makes sure that no thread closes it while another one uses the number, because
 * numbers are reused at once.
 */
public final class Fd implements AutoCloseable {
    private static final VarHandle NUMBER;

    static {
        try {
            NUMBER = MethodHandles.lookup().findVarHandle(Fd.class, "number", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int GONE = -1;

    private volatile int number;

    /**
     * Takes ownership of an open descriptor.
     *
     * @param number 0 or above
     */
    public Fd(int number) {
        if (number < 0) {
            throw new IllegalArgumentException(number + " is no descriptor");
        }
        this.number = number;
    }

    /**
     * The number, for a call made now.
     *
     * @throws IllegalStateException if the descriptor was closed or given away
     */
    public int number() {
        int current = number;
        if (current == GONE) {
            throw new IllegalStateException("this descriptor was closed or given away before");
        }
        return current;
    }

    /** Whether this object still owns a descriptor. */
    public boolean isOpen() {
        return number != GONE;
    }

    /**
     * Gives the descriptor away: the caller owns the number from here on, and this object is of no more use.
     *
     * @throws IllegalStateException if it was closed or given away before
     */
    public int release() {
        int current = (int) NUMBER.getAndSet(this, GONE);
        if (current == GONE) {
            throw new IllegalStateException("this descriptor was closed or given away before");
        }
        return current;
    }

    /** Closes the descriptor if it is still owned. Errors of close(2) are ignored, because the number is free anyway. */
    @Override
    public void close() {
        int current = (int) NUMBER.getAndSet(this, GONE);
        if (current != GONE) {
            Native.LIBC.close(current);
        }
    }

    @Override
    public String toString() {
        int current = number;
        return current == GONE ? "fd gone" : "fd " + current;
    }
}
