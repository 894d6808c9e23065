/** Programs that the tests run as clusters where the sample application will not do. */
@NullMarked
package dev.handoff.sample.programs;

import org.jspecify.annotations.NullMarked;
