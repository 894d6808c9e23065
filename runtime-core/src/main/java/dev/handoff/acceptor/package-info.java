/**
 * The way of a connection through the master: accepted, given to a worker by the policy, kept in a ledger until that has
 * taken it up. Knows workers by their numbers and lanes only; who they are and how they fare is {@code dev.handoff.master}'s.
 */
@NullMarked
package dev.handoff.acceptor;

import org.jspecify.annotations.NullMarked;
