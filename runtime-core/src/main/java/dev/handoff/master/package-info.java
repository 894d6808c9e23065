/**
 * The master's side, apart from the connections' way through it: it starts, watches, rolls and replaces workers. Knows
 * nothing of {@code dev.handoff.worker}.
 */
@NullMarked
package dev.handoff.master;

import org.jspecify.annotations.NullMarked;
