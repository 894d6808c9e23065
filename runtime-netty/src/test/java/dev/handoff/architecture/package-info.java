/** What holds for both modules as a whole. */
@NullMarked
package dev.handoff.architecture;

import org.jspecify.annotations.NullMarked;
