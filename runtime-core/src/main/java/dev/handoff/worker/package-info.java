/**
 * The worker's side of a cluster: the worker's end of a lane ({@link dev.handoff.worker.HandoffReceiver}), and a worker's life from hello
 * to exit ({@link dev.handoff.worker.WorkerRuntime}). For runtimes such as runtime-netty, not for programs.
 */
@NullMarked
package dev.handoff.worker;

import org.jspecify.annotations.NullMarked;
