/** Interfaces by which the public types find their implementation, with {@link java.util.ServiceLoader}. Not for programs. */
@NullMarked
package dev.handoff.cluster.spi;

import org.jspecify.annotations.NullMarked;
