/** Node's {@code process} and {@code child_process} for a JVM: this process and its children. */
@NullMarked
package dev.handoff.process;

import org.jspecify.annotations.NullMarked;
