package dev.handoff.netty.http;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** Where the bytes of a request's body go as they arrive. Called on the connection's event loop. */
interface BodyFeed {
    /** Whether it takes more now. While it does not, the client waits; when it does again, it tells the exchange. */
    boolean wantsMore();

    /** Takes exactly that many bytes from the buffer. */
    void accept(ByteBuf in, int length);

    /** The body is whole. Called once, unless {@link #fail} was. */
    void complete();

    /** No more will come, though the body is not whole. Later calls change nothing. */
    void fail(IOException cause);
}
