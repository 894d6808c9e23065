/**
 * The master's side: it accepts, hands connections out, and starts, watches and replaces workers. Knows nothing of
 * {@code dev.handoff.worker}.
 */
@NullMarked
package dev.handoff.master;

import org.jspecify.annotations.NullMarked;
