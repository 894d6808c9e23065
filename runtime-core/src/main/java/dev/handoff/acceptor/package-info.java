/**
 * The way of a connection through the master: it is accepted, assigned to a worker by the policy, and offered on a lane; a ledger notes it
 * until the worker has answered. This package knows only the ids and lanes of workers; {@code dev.handoff.master} knows the rest.
 */
@NullMarked
package dev.handoff.acceptor;

import org.jspecify.annotations.NullMarked;
