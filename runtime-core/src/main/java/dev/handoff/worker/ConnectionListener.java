package dev.handoff.worker;

import dev.handoff.process.Handle;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * A program's listener for connections.
 *
 * @param executor runs the calls
 * @param connections called with each connection
 */
record ConnectionListener(Executor executor, Consumer<? super Handle> connections) {}
