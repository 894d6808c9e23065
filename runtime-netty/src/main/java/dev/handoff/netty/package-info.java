/**
 * Servers of many processes, as programs see them: {@code ClusterServer}, what serves, and the HTTP form of it. What they are made of stands in the
 * packages below, which are not for programs.
 */
@NullMarked
package dev.handoff.netty;

import org.jspecify.annotations.NullMarked;
