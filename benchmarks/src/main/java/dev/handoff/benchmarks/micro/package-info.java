/**
 * JMH benchmarks of the parts, each on its own: {@code java -jar benchmarks/target/benchmarks.jar}. They tell whether a
 * change made a part slower; what a user pays is told by {@link dev.handoff.benchmarks.SideBySide}.
 */
@NullMarked
package dev.handoff.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
