/**
 * Asks a worker once, over a loopback connection of the master's own, whether it serves, before clients reach it.
 * When to ask, and what follows from the answer, is decided in {@code dev.handoff.master}.
 */
@NullMarked
package dev.handoff.probe;

import org.jspecify.annotations.NullMarked;
