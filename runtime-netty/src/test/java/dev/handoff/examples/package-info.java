/** Programs that a user could have written. */
@NullMarked
package dev.handoff.examples;

import org.jspecify.annotations.NullMarked;
