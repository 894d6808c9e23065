/**
 * Netty's own codecs in pipelines that programs build: what is known of their requests and responses, so that connections go on in another worker
 * or end as their protocols can. The worker calls it by {@link dev.handoff.netty.worker.PipelineCodecs}, and nothing else knows it. Not for
 * programs.
 */
@NullMarked
package dev.handoff.netty.pipeline;

import org.jspecify.annotations.NullMarked;
