/** That the benchmarks of the parts still run. */
@NullMarked
package dev.handoff.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
