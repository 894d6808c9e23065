/** Calls code of the program on threads of this runtime: what it throws ends only the action for which it was called. */
@NullMarked
package dev.handoff.guard;

import org.jspecify.annotations.NullMarked;
