package dev.handoff.cluster;

import java.time.Instant;

/**
 * Something that happened, published once and in order. Kinds are told by name and more will come: match, and ignore
 * the rest.
 *
 * @param number 1, 2, 3 … in this cluster
 * @param time when, by the wall clock
 * @param name what, such as {@code worker.ready} or {@code roll.committed}
 * @param workerId the worker it is about; 0: none
 * @param slot that worker's slot; 0: none
 * @param generation the generation it is about; 0: none
 * @param pid that worker's process; 0: none
 * @param cause why, for people; may be empty
 */
public record ClusterEvent(
        long number, Instant time, String name, int workerId, int slot, int generation, long pid, String cause) {}
