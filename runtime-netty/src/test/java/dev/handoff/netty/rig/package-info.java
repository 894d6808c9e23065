/** Clients that take HTTP and WebSockets by the byte, and certificates, for tests of all packages. */
@NullMarked
package dev.handoff.netty.rig;

import org.jspecify.annotations.NullMarked;
