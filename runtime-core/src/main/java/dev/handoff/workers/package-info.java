/**
 * What a master knows of workers, whether it supervises them or the program forks them: how far each one is, the events of all, and who
 * listens for those. When to start and end a worker is decided in {@code dev.handoff.master} and {@code dev.handoff.forks}; nothing
 * here knows either, or the connections.
 */
@NullMarked
package dev.handoff.workers;

import org.jspecify.annotations.NullMarked;
