/**
 * What is printed: by workers, through their pipes, and by the master itself. All of it ends in one queue, {@code LogSink}, which one
 * thread writes out and no other waits for. Nothing here knows how a worker is or what it should do.
 */
@NullMarked
package dev.handoff.output;

import org.jspecify.annotations.NullMarked;
