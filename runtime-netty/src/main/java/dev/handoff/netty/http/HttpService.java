package dev.handoff.netty.http;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.netty.WorkerContext;
import dev.handoff.netty.websocket.WebSocketConnection;
import dev.handoff.netty.websocket.WebSocketTransport;
import dev.handoff.netty.worker.Exhaustion;
import dev.handoff.netty.worker.LoopClock;
import dev.handoff.netty.worker.ProgramCode;
import dev.handoff.netty.worker.TlsPipeline;
import dev.handoff.netty.worker.WriteWatch;
import dev.handoff.process.spi.Logs;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** HTTP in one worker: what all its connections share. Immutable. */
public final class HttpService {
    /** Of the state that {@link #release} gives. */
    public static final int STATE_VERSION = HttpMove.STATE_VERSION;

    private static final Logger LOG = Logs.of(HttpService.class);

    /* A client that waits exactly as long as it was told must find the connection open. */
    private static final long GRACE_TICKS = LoopClock.ticks(Duration.ofSeconds(1));

    private static final Duration DEFAULT_IDLE_MIN = ClusterSettings.defaults().duration(Setting.DRAIN_IDLE_MIN);

    final HttpSettings settings;
    final WorkerContext context;
    final ResponseEncoder encoder;
    final Compression compression;
    final long firstTicks;
    final long headTicks;
    final long bodyIdleTicks;
    final long keepAliveTicks;

    /** {@link LoopClock#NEVER}: handlers may take for ever. */
    final long answerTicks;

    /** Between two looks at what waits for a client. */
    final long lookTicks;

    final long halfClosedTicks;
    final Duration idleMin;

    /**
     * As those settings say, save for what was said for the whole cluster.
     *
     * @param ofProgram the settings of the program's handler
     */
    public HttpService(HttpSettings ofProgram, WorkerContext context) {
        HttpSettings settings = ofProgram.under(context);
        this.settings = settings;
        this.context = context;
        this.encoder = new ResponseEncoder(settings.timeouts().keepAlive());
        this.compression = new Compression(settings.gzip());
        this.firstTicks = LoopClock.ticks(settings.timeouts().first());
        this.headTicks = LoopClock.ticks(settings.timeouts().head());
        this.bodyIdleTicks = LoopClock.ticks(settings.timeouts().bodyIdle());
        this.keepAliveTicks = LoopClock.ticks(settings.timeouts().keepAlive()) + GRACE_TICKS;
        Duration answer = settings.timeouts().answer();
        this.answerTicks = answer.isZero() ? LoopClock.NEVER : LoopClock.ticks(answer);
        this.lookTicks = Math.max(1, bodyIdleTicks / WriteWatch.PATIENCE);
        this.halfClosedTicks = LoopClock.ticks(settings.timeouts().halfClosed());
        this.idleMin = context.said(Setting.DRAIN_IDLE_MIN).orElse(DEFAULT_IDLE_MIN);
    }

    /** Serves a connection: takes the end of its pipeline. On its event loop. */
    public void serve(Channel channel) {
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().addLast(new HttpConnection(this, channel));
    }

    /** What the next worker of a connection has to know; empty if it cannot go now. On its event loop. */
    public static Optional<byte[]> release(Channel channel) {
        return Optional.ofNullable(channel.pipeline().get(HttpConnection.class)).flatMap(HttpConnection::release);
    }

    /** Goes on with a connection where another worker has left off. On its event loop. */
    public static void resume(Channel channel, byte[] state) {
        channel.pipeline().get(HttpConnection.class).resume(state);
    }

    /** How a client's body is timed; null: only its silence is. */
    @Nullable
    BodyRate bodyRate() {
        int bytesPerSecond = settings.timeouts().bodyRate();
        return bytesPerSecond == 0 ? null : new BodyRate(bodyIdleTicks, bytesPerSecond);
    }

    /** A WebSocket over that, which is to be opened. */
    WebSocketConnection webSocket(WebSocketTransport transport) {
        return new WebSocketConnection(settings.webSocket(), context.worker(), transport);
    }

    /** Says why a connection is closed: aloud, unless it is its client's doing. */
    void reportFailure(Channel channel, Throwable cause) {
        if (cause instanceof IOException || TlsPipeline.isClientsFault(cause)) {
            LOG.debug("{} failed: closing it", channel, cause);
        } else {
            ProgramCode.failed(channel, "it failed: closing it", cause);
            Exhaustion.check(cause, context.worker());
        }
    }
}
