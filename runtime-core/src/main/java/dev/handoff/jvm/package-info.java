/**
 * What stands behind {@link dev.handoff.process}: children, their pipes and their ends, and how this very JVM was started.
 */
@NullMarked
package dev.handoff.jvm;

import org.jspecify.annotations.NullMarked;
