/**
 * The master's end of the control channels: the socket that workers connect to, and each process at the other end.
 * What a frame says is not looked at beyond the hello; who is welcomed is decided in {@code dev.handoff.master}.
 */
@NullMarked
package dev.handoff.control;

import org.jspecify.annotations.NullMarked;
