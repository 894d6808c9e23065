/**
 * The worker's side of a cluster: the way in ({@link dev.handoff.worker.HandoffReceiver}) and the life from hello to exit
 * ({@link dev.handoff.worker.WorkerRuntime}). For runtimes such as runtime-netty, not for programs.
 */
@NullMarked
package dev.handoff.worker;

import org.jspecify.annotations.NullMarked;
