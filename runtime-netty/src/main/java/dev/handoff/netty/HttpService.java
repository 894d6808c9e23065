package dev.handoff.netty;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import java.time.Duration;

/** What all HTTP connections of one worker share. Immutable. */
final class HttpService {
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
    final long pingTicks;
    final Duration idleMin;

    HttpService(HttpSettings settings, WorkerContext context) {
        this.settings = settings;
        this.context = context;
        this.encoder = new ResponseEncoder(settings.keepAlive());
        this.compression = new Compression(settings.gzip());
        this.firstTicks = LoopClock.ticks(settings.first());
        this.headTicks = LoopClock.ticks(settings.head());
        this.bodyIdleTicks = LoopClock.ticks(settings.bodyIdle());
        this.keepAliveTicks = LoopClock.ticks(settings.keepAlive().plus(GRACE));
        this.pingTicks = LoopClock.ticks(settings.webSocket().ping());
        this.idleMin = context.said(Setting.DRAIN_IDLE_MIN).orElse(DEFAULT_IDLE_MIN);
    }
}
