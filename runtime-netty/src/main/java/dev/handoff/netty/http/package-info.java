/**
 * HTTP/1.1 and HTTP/2: heads, bodies, the exchange of a request for a response, files, compression, and what both versions carry a WebSocket
 * over. It knows a connection and its end by {@code worker}, and frames of WebSockets not at all. It reaches what API types keep from their users
 * by {@link dev.handoff.netty.http.FriendAccess} alone. Not for programs.
 */
@NullMarked
package dev.handoff.netty.http;

import org.jspecify.annotations.NullMarked;
