package dev.handoff.wire;

/**
 * The address of a message: its receiver on the way to the master, its sender on the way from the master. That is one of the
 * constants, or a worker's id in the high 32 bits and its process id in the low ones. On the way to the master either may be 0.
 */
final class Address {
    /** The program at the other end of the channel. */
    static final long OTHER_END = 0;

    /** Every worker but the sender. */
    static final long OTHERS = -1;

    /** The runtime at the other end of the channel; no program gets these messages. */
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

    /** Whether the master passes a message with this address on. */
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
