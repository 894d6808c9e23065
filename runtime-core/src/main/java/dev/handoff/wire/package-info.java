/**
 * What lies between master and worker, known to both: descriptors on lanes ({@link dev.handoff.wire.HandoffChannel}),
 * control frames ({@link dev.handoff.wire.ControlChannel}), numbers in shared memory
 * ({@link dev.handoff.wire.Scoreboard}), and the role in a worker's environment ({@link dev.handoff.wire.Role}). A large
 * message must never delay a hand-off, and a beat must cost no system call: that is why they are apart.
 */
@NullMarked
package dev.handoff.wire;

import org.jspecify.annotations.NullMarked;
