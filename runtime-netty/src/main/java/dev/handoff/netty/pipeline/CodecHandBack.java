package dev.handoff.netty.pipeline;

import dev.handoff.netty.HandBack;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.netty.http.Ascii;
import dev.handoff.netty.worker.Connection;
import io.netty.channel.Channel;
import java.util.Optional;

/**
 * Hands back the connections of a handler that says nothing of hand-backs itself: those whose pipeline has Netty's HTTP/1 codec. The
 * state is what has come of the next request.
 */
final class CodecHandBack implements HandBack {
    private static final int VERSION = 1;
    private static final String KIND = "netty-http/1:";
    private static final int MOST_KIND = 255;

    /** What stands behind it in the name of a lambda's class differs from one JVM to the next. */
    private static final String LAMBDA = "$$Lambda";

    private final WorkerHandler handler;

    /** Of the connections of this handler. */
    CodecHandBack(WorkerHandler handler) {
        this.handler = handler;
    }

    /** A handler of another class may build quite another pipeline. */
    @Override
    public String kind() {
        String name = handler.getClass().getName();
        int lambda = name.indexOf(LAMBDA);
        String shown = KIND
                + Ascii.printable(lambda < 0 ? name : name.substring(0, lambda)).replace(' ', '?');
        return shown.substring(0, Math.min(shown.length(), MOST_KIND));
    }

    @Override
    public int version() {
        return VERSION;
    }

    @Override
    public Optional<byte[]> release(Channel channel) {
        return NettyHttp1.of(channel).flatMap(NettyHttp1::release);
    }

    /** The bytes pass every handler as if the client had just sent them, and not before any handler asks for some. */
    @Override
    public void resume(Channel channel, byte[] state) {
        if (state.length > 0) {
            Connection.of(channel).replay(state);
        }
    }
}
