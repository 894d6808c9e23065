/** Servers of many processes: {@link dev.handoff.netty.ClusterServer}, what serves, and the HTTP form of it. */
@NullMarked
package dev.handoff.netty;

import org.jspecify.annotations.NullMarked;
