/** Starts clusters of real processes, looks at them through {@code /proc}, and sees that nothing of them is left. */
@NullMarked
package dev.handoff.sample.rig;

import org.jspecify.annotations.NullMarked;
