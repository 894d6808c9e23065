/** Servers of many processes: {@code ClusterServer}, what serves, and the HTTP form of it. */
@NullMarked
package dev.handoff.netty;

import org.jspecify.annotations.NullMarked;
