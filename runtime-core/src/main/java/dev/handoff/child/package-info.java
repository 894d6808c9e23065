/**
 * Child processes, behind {@link dev.handoff.process}: their start, their pipes, their channel and their end.
 * What stands on the command line of a JVM is put together in {@code dev.handoff.jvm}; nothing here knows a cluster.
 */
@NullMarked
package dev.handoff.child;

import org.jspecify.annotations.NullMarked;
