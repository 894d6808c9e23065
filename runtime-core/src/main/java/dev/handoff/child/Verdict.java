package dev.handoff.child;

import dev.handoff.process.ChildProcessException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Why a child was sent the kill signal by this runtime.
 *
 * @param cause null if there is none
 */
record Verdict(Reason reason, @Nullable Throwable cause) {}
