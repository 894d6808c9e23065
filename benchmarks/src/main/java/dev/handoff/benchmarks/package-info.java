/**
 * What Handoff costs beside others on the same machine.
 *
 * <p>{@link dev.handoff.benchmarks.SideBySide} starts each {@link dev.handoff.benchmarks.Contender} in turn, loads it with
 * wrk, and reads two numbers: requests a second, which wrk tells, and the CPU time that the server's whole process tree
 * spent, which the kernel tells. The second is the one to trust: on a machine where the load generator runs beside the
 * server, requests a second also say how much CPU was left over for the generator.
 */
@NullMarked
package dev.handoff.benchmarks;

import org.jspecify.annotations.NullMarked;
