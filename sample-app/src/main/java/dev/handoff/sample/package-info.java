/**
 * Programs as a user writes them. {@link dev.handoff.sample.Hello} is the shortest one, {@code Chat} serves WebSockets, {@link
 * dev.handoff.sample.LineCounter} a protocol of its own whose sessions survive a roll. {@link dev.handoff.sample.SampleApp}, the
 * main class of the jar, serves them together with what the system tests need, which is in {@code fixture}.
 */
@NullMarked
package dev.handoff.sample;

import org.jspecify.annotations.NullMarked;
