/** Runs tests against the product with a guard taken out of it. */
@NullMarked
package dev.handoff.sample.guards;

import org.jspecify.annotations.NullMarked;
