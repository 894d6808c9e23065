package dev.handoff.cluster;

/**
 * The state of a worker, as the master sees it.
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
    /** It listens, its handler has started, and the master probes it over a real connection. */
    PROBING,
    /** In rotation. */
    READY,
    /** Out of rotation because an event loop is silent or answers no offer; back with its next beat or answer. */
    SUSPECT,
    /** Gets no more connections, and finishes or hands back those that are open. */
    DRAINING,
    /** The master has sent TERM. */
    TERMINATING,
    /** The master has sent KILL. */
    KILLING,
    /** The process has ended. */
    EXITED
}
