package dev.handoff.netty.worker;

import dev.handoff.netty.HandBack;
import dev.handoff.netty.WorkerHandler;
import io.netty.channel.Channel;

/**
 * Looks after the codecs in the pipelines that programs build, where the handler says nothing of hand-backs itself. All that a worker
 * knows of them; each call is on the connection's event loop.
 */
public interface PipelineCodecs {
    /** How connections of such a handler go on in another worker. */
    HandBack handBack(WorkerHandler handler);

    /** The pipeline has been built. */
    void built(Channel channel, Connection connection);

    /** The pipeline has been read from, and may have another codec now. */
    void read(Channel channel, Connection connection);

    /** Its worker leaves. */
    void leaving(Channel channel, Connection connection);

    /** It is on its way to another worker. */
    void handedBack(Channel channel);

    /** No other worker could take it. */
    void returned(Channel channel);

    /** It was to go, and was not at rest any more. */
    void stays(Channel channel);
}
