package dev.handoff.cluster;

import java.time.Instant;

/**
 * An event of a cluster, published once and in order. The name says the kind of event. More kinds will be added: match the known names, and
 * ignore the rest.
 *
 * @param number 1, 2, 3 … in this cluster
 * @param time when it happened, by the wall clock
 * @param name the kind, such as {@code worker.ready} or {@code roll.committed}
 * @param workerId the worker it is about; 0: none
 * @param slot that worker's slot; 0: none
 * @param generation the generation it is about; 0: none
 * @param pid that worker's process; 0: none
 * @param cause why, for the reader of a log; may be empty
 */
public record ClusterEvent(
        long number, Instant time, String name, int workerId, int slot, int generation, long pid, String cause) {}
