@NullMarked
package dev.handoff.sample;

import org.jspecify.annotations.NullMarked;
