/** How threads of ours call code of the program's: what that throws costs what it was called for, and nothing else. */
@NullMarked
package dev.handoff.guard;

import org.jspecify.annotations.NullMarked;
