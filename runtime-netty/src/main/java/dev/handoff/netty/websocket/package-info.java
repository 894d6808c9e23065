/**
 * WebSockets: frames, messages, their compression, and what waits to be sent. What carries the bytes is a {@link
 * dev.handoff.netty.websocket.WebSocketTransport}: nothing here knows of HTTP. Not for programs.
 */
@NullMarked
package dev.handoff.netty.websocket;

import org.jspecify.annotations.NullMarked;
