/**
 * All native calls: a small JNR interface to libc, and on top of it descriptors with an owner, sockets that carry descriptors, and
 * signals. Linux, x86_64 and aarch64.
 */
@NullMarked
package dev.handoff.unix;

import org.jspecify.annotations.NullMarked;
