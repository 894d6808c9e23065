/** How the public types find what implements them: by {@link java.util.ServiceLoader}. Not for programs. */
@NullMarked
package dev.handoff.cluster.spi;

import org.jspecify.annotations.NullMarked;
