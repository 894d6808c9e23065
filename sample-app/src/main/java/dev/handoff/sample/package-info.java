/** A small HTTP server of many processes. */
@NullMarked
package dev.handoff.sample;

import org.jspecify.annotations.NullMarked;
