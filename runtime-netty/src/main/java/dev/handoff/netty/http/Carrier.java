package dev.handoff.netty.http;

import dev.handoff.netty.Body;
import dev.handoff.netty.Response;
import dev.handoff.netty.WebSocket;
import java.util.function.Consumer;

/**
 * What carries an exchange: a connection of HTTP/1, or one stream of a connection of HTTP/2. Used on its event loop, but for
 * {@link #execute}.
 */
interface Carrier {
    /** What all of one worker share. */
    HttpService service();

    /** The request with this head, as its handler sees it. */
    ServerRequest request(RequestHead head, Body body);

    /**
     * What takes the body of this request out of the bytes that come.
     *
     * @throws HttpFailure 413 if the announced length is above the limit
     */
    BodyReader bodyReader(RequestHead head);

    /** Puts the response on the wire. */
    ResponseWriter writer();

    /** Runs a task on the event loop, unless that has ended. Any thread may call. */
    void execute(Runnable task);

    /** Whether nothing that is sent from now on would reach the client. */
    boolean isEnding();

    /** Whether another request may follow on the same connection, as far as this side and the client's end are concerned. */
    boolean mayStay();

    /** Goes on reading the body, if there is something to go on with. */
    void proceed();

    /**
     * The response has been written out.
     *
     * @param stays whether another request may follow
     * @param clientAsked whether the client itself has asked for the end of the connection
     */
    void onAnswered(boolean stays, boolean clientAsked);

    /**
     * Is a WebSocket from now on; the request that asked for it was not refused.
     *
     * @param deflate whether messages may be compressed, as the response says
     */
    void becomeWebSocket(RequestHead head, Response response, boolean deflate, Consumer<WebSocket> opened);

    /** Ends at once: nothing that could be sent would help. */
    void cut(String why);
}
