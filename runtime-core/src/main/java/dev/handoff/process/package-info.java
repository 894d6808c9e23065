/** Node's {@code process} and {@code child_process} for a JVM: what a process knows of itself and of its children. */
@NullMarked
package dev.handoff.process;

import org.jspecify.annotations.NullMarked;
