package dev.handoff.netty.worker;

import dev.handoff.cluster.ListenOptions;
import dev.handoff.netty.WorkerHandler;
import java.util.function.Supplier;

/**
 * Which handler serves which listener.
 *
 * @param where where the program said to listen
 * @param handler called once in each worker, never in the master
 */
public record Binding(ListenOptions where, Supplier<? extends WorkerHandler> handler) {}
