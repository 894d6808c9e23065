/**
 * The supervisor: it watches, rolls, scales and replaces workers, and stops them. One thread decides, on what others put into its inbox.
 * How a worker is started, asked, listened to or reached stands in packages of its own; the connections' way is {@code
 * dev.handoff.acceptor}'s. Knows nothing of {@code dev.handoff.worker}.
 */
@NullMarked
package dev.handoff.master;

import org.jspecify.annotations.NullMarked;
