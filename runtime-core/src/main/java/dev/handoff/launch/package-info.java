/**
 * How a worker's process is started: which program, with which JVM options, in which share of the machine, and the start itself.
 * Nothing here knows a worker that runs: what becomes of the process is {@code dev.handoff.master}'s. A program that forks by itself
 * says its own commands, and does not come here.
 */
@NullMarked
package dev.handoff.launch;

import org.jspecify.annotations.NullMarked;
