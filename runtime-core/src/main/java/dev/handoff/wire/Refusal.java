package dev.handoff.wire;

/** Why a worker refuses an offered connection. */
public enum Refusal {
    /** The worker does not serve that listener (any more). */
    UNKNOWN_LISTENER,
    /** The descriptor did not arrive: the worker's limit of open files is reached. */
    NO_DESCRIPTOR,
    /** The worker has as many connections as its limit allows. */
    FULL,
    /** The worker does not understand the state with which another worker handed the connection back. */
    UNKNOWN_STATE
}
