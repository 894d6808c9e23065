package dev.handoff.netty.worker;

import dev.handoff.netty.HandBack;
import dev.handoff.netty.WorkerHandler;
import io.netty.channel.Channel;

/**
 * Follows the codecs in pipelines that programs build, where the handler takes no part in hand-backs itself. This is all that a
 * worker knows of them. Each call is on the connection's event loop.
 */
public interface PipelineCodecs {
    /** How connections of this handler go on in another worker. */
    HandBack handBack(WorkerHandler handler);

    /** The pipeline has been built. */
    void built(Channel channel, Connection connection);

    /** The pipeline has read, and may have another codec now. */
    void read(Channel channel, Connection connection);

    /** The worker leaves. */
    void leaving(Channel channel, Connection connection);

    /** The connection is on its way to another worker. */
    void handedBack(Channel channel);

    /** No other worker could serve the connection. */
    void returned(Channel channel);

    /** The connection was to be handed back, and was no longer at rest. */
    void stays(Channel channel);
}
