/** What the packages inside share of the public types' machinery, and how the public types find them. Not for programs. */
@NullMarked
package dev.handoff.process.spi;

import org.jspecify.annotations.NullMarked;
