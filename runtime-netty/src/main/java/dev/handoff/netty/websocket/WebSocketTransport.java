package dev.handoff.netty.websocket;

import dev.handoff.netty.worker.Connection;
import dev.handoff.netty.worker.WriteWatch;
import io.netty.channel.Channel;

/**
 * What carries the bytes of a WebSocket: a connection that has spoken HTTP/1, or one stream of a connection of HTTP/2. Used on the
 * connection's event loop.
 */
public interface WebSocketTransport {
    /** At the end of whose pipeline bytes come and go. */
    Channel channel();

    /** The client's connection, of which this is all or a part. */
    Connection connection();

    /** What waits for the client. */
    WriteWatch.Outbound outbound();

    /** Bytes have come. */
    void onRead();

    /** Lets bytes in from now on, or no more. */
    void setReading(boolean wanted);

    /** The client has ended its direction, and the end of ours follows. */
    void onInputEnded();

    /** Ends so that the client reads what was sent. A second call changes nothing. */
    void close();

    /** Ends at once: nothing that was sent matters. */
    void cut();
}
