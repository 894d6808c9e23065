package dev.handoff.wire;

/** Why a worker gave an offered connection back unread. */
public enum Refusal {
    /** The worker does not serve that listener (any more). */
    UNKNOWN_LISTENER,
    /** The descriptor did not arrive: the worker's limit of open files is reached. */
    NO_DESCRIPTOR,
    /** The worker has as many connections as it may have. */
    FULL,
    /** The worker does not understand what another one has said of the connection. */
    UNKNOWN_STATE
}
