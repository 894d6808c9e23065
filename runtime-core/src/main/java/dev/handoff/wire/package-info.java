/**
 * What master and worker exchange, known to both: descriptors on lanes ({@link dev.handoff.wire.LaneSocket}), control frames
 * ({@link dev.handoff.wire.ControlChannel}), messages ({@link dev.handoff.wire.MessageChannel}), numbers in shared memory
 * ({@link dev.handoff.wire.Scoreboard}), and the role of a process ({@link dev.handoff.wire.Role}). They are separate because a large
 * message must never delay a hand-off, and a beat must cost no system call.
 */
@NullMarked
package dev.handoff.wire;

import org.jspecify.annotations.NullMarked;
