/**
 * A worker and its connections: adoption from the master's lane, hand-back, draining, the ways to close, TLS, clocks, and the three mains. It
 * knows no protocol that a connection speaks: HTTP and WebSockets are above it, and Netty's codecs in pipelines of programs are behind {@link
 * dev.handoff.netty.worker.PipelineCodecs}. Not for programs.
 */
@NullMarked
package dev.handoff.netty.worker;

import org.jspecify.annotations.NullMarked;
