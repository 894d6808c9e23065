/** What the comparison computes and writes, and that it starts, measures and ends real processes. */
@NullMarked
package dev.handoff.benchmarks;

import org.jspecify.annotations.NullMarked;
