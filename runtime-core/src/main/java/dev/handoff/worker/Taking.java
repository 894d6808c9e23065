package dev.handoff.worker;

import dev.handoff.process.Handle;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * How a program takes connections.
 *
 * @param executor where
 * @param connections called there with each
 */
record Taking(Executor executor, Consumer<? super Handle> connections) {}
