package dev.handoff.wire;

/**
 * Whom a message is for, on the way to the master of a cluster, and whom it is from, on the way on: the worker's id in the high
 * 32 bits and its process id in the low ones, of which either may be 0 on the way there; or one of the constants.
 */
final class Address {
    /** The program at the other end of the channel. */
    static final long OTHER_END = 0;

    /** Every worker but the sender. */
    static final long OTHERS = -1;

    /** The runtime at the other end of the channel: what it is told no program hears. */
    static final long RUNTIME = -2;

    private Address() {}

    static long of(int workerId, long pid) {
        return (long) workerId << Integer.SIZE | pid;
    }

    static int workerId(long address) {
        return (int) (address >> Integer.SIZE);
    }

    static long pid(long address) {
        return address & 0xffff_ffffL;
    }

    /** Whether a master passes on what goes there. */
    static boolean isRouted(long address) {
        return address > 0 || address == OTHERS;
    }

    static String text(long address) {
        if (address == OTHERS) {
            return "the other workers";
        }
        return workerId(address) == 0 ? "pid " + pid(address) : "worker " + workerId(address);
    }
}
