package dev.handoff.netty;

import io.netty.channel.Channel;

/**
 * How long a client may take for what is waited for, on a connection or on one stream of it. Used on the connection's event
 * loop.
 */
final class Pace {
    private final HttpService service;
    private final Late late;
    private final WriteWatch writeWatch;
    private final LoopClock.Timer timer;
    private Phase phase;

    /** What is waited for, which decides how long. */
    enum Phase {
        /** The first byte. */
        SILENT,
        /** The first byte of the next request. */
        IDLE,
        /** The rest of a head. */
        HEAD,
        /** More of a body. */
        BODY,
        /** The handler, or the client's taking the response. */
        BUSY
    }

    /** Who is told that the client has taken too long. */
    interface Late {
        /** Nobody waits for an answer. */
        void onIdle();

        /** A request was begun and is not whole. */
        void onUnfinished(HttpFailure failure);

        /** The client takes no more of the response. */
        void onStuck();
    }

    /**
     * Begins to wait.
     *
     * @param channel of the connection
     */
    Pace(HttpService service, Channel channel, WriteWatch writeWatch, Phase phase, Late late) {
        this.service = service;
        this.late = late;
        this.writeWatch = writeWatch;
        this.timer = LoopClock.of(channel.eventLoop()).timer(channel, this::onTimeout);
        this.phase = phase;
        begin(phase);
    }

    Phase phase() {
        return phase;
    }

    /** The timer behind this. */
    LoopClock.Timer timer() {
        return timer;
    }

    /** What is waited for now. A head's time runs from its first byte, a body's from its last. */
    void enter(Phase now) {
        if (phase != now || now == Phase.BODY) {
            phase = now;
            begin(now);
        }
    }

    /** What is waited for now, by a clock that runs already. */
    void resume(Phase now) {
        phase = now;
    }

    /** Waits for nothing any more. */
    void end() {
        timer.remove();
    }

    private void begin(Phase now) {
        switch (now) {
            case SILENT -> timer.set(service.firstTicks);
            case IDLE -> timer.set(service.keepAliveTicks);
            case HEAD -> timer.set(service.headTicks);
            case BODY -> timer.set(service.bodyIdleTicks);
            case BUSY -> {
                writeWatch.reset();
                watchWrites();
            }
        }
    }

    private void watchWrites() {
        timer.set(Math.max(1, service.bodyIdleTicks / WriteWatch.PATIENCE));
    }

    private void onTimeout() {
        switch (phase) {
            case SILENT, IDLE -> late.onIdle();
            case HEAD -> late.onUnfinished(new HttpFailure(408, "the head of the request took too long"));
            case BODY -> late.onUnfinished(new HttpFailure(408, "the body of the request took too long"));
            case BUSY -> {
                if (writeWatch.isStuck()) {
                    late.onStuck();
                } else {
                    watchWrites();
                }
            }
        }
    }
}
