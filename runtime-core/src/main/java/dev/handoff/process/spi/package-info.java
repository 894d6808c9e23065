/** What this runtime's packages share with the public types, and how the public types find their implementation. Not for programs. */
@NullMarked
package dev.handoff.process.spi;

import org.jspecify.annotations.NullMarked;
