package dev.handoff.netty;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import io.netty.channel.Channel;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all HTTP connections of one worker share. Immutable. */
final class HttpService {
    private static final Logger LOG = LoggerFactory.getLogger(HttpService.class);

    /* A client that waits exactly as long as it was told must find the connection open. */
    private static final Duration GRACE = Duration.ofSeconds(1);

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
    final long pingTicks;
    final Duration idleMin;

    HttpService(HttpSettings settings, WorkerContext context) {
        this.settings = settings;
        this.context = context;
        this.encoder = new ResponseEncoder(settings.timeouts().keepAlive());
        this.compression = new Compression(settings.gzip());
        this.firstTicks = LoopClock.ticks(settings.timeouts().first());
        this.headTicks = LoopClock.ticks(settings.timeouts().head());
        this.bodyIdleTicks = LoopClock.ticks(settings.timeouts().bodyIdle());
        this.keepAliveTicks = LoopClock.ticks(settings.timeouts().keepAlive().plus(GRACE));
        Duration answer = settings.timeouts().answer();
        this.answerTicks = answer.isZero() ? LoopClock.NEVER : LoopClock.ticks(answer);
        this.lookTicks = Math.max(1, bodyIdleTicks / WriteWatch.PATIENCE);
        this.halfClosedTicks = LoopClock.ticks(settings.timeouts().halfClosed());
        this.pingTicks = LoopClock.ticks(settings.webSocket().ping());
        this.idleMin = context.said(Setting.DRAIN_IDLE_MIN).orElse(DEFAULT_IDLE_MIN);
    }

    /** How a client's body is timed; null: only its silence is. */
    @Nullable
    BodyRate bodyRate() {
        int bytesPerSecond = settings.timeouts().bodyRate();
        return bytesPerSecond == 0 ? null : new BodyRate(bodyIdleTicks, bytesPerSecond);
    }

    /** Says why a connection is closed: aloud, unless it is its client's doing. */
    void reportFailure(Channel channel, Throwable cause) {
        if (cause instanceof IOException || Tls.isClientsFault(cause)) {
            LOG.debug("{} failed: closing it", channel, cause);
        } else {
            ProgramCode.failed(channel, "it failed: closing it", cause);
            Exhaustion.check(cause, context.worker());
        }
    }
}
