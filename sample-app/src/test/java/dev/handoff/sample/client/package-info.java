/** A strict HTTP client that never tries again, and the load that many of them make. */
@NullMarked
package dev.handoff.sample.client;

import org.jspecify.annotations.NullMarked;
