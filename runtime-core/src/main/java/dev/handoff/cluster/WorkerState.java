package dev.handoff.cluster;

/**
 * Where a worker is in its life, as the master sees it.
 *
 * <pre>
 *   fork          hello           listening          probed                   drain            exit
 *  ─────▶ STARTING ────▶ ONLINE ───────────▶ PROBING ──────▶ READY ◀─▶ SUSPECT ─────▶ DRAINING ────▶ EXITED
 *             └─────────────┴───────────────────┴──────────────┴──────────┴──▶ TERMINATING ─▶ KILLING ──▲
 * </pre>
 */
public enum WorkerState {
    /** The process was started and has not said hello yet. */
    STARTING,
    /** It has said hello; its handler starts. */
    ONLINE,
    /** It listens, its handler has started, and the master asks it over a real connection. */
    PROBING,
    /** In rotation. */
    READY,
    /** Out of rotation because an event loop is silent or receives nothing; back with its next beat or receipt. */
    SUSPECT,
    /** Takes no more and finishes what it has. */
    DRAINING,
    /** Was sent TERM. */
    TERMINATING,
    /** Was sent KILL. */
    KILLING,
    /** The process is gone. */
    EXITED
}
