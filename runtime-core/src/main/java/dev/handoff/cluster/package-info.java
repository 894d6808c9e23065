/** Node's {@code cluster} for a JVM: a master and its workers, without Netty. */
@NullMarked
package dev.handoff.cluster;

import org.jspecify.annotations.NullMarked;
