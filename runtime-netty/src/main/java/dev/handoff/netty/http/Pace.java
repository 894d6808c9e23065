package dev.handoff.netty.http;

import dev.handoff.netty.worker.LoopClock;
import dev.handoff.netty.worker.WriteWatch;
import io.netty.channel.Channel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a client may take for what is waited for, on a connection or on one stream of it. Used on the connection's event
 * loop.
 */
final class Pace {
    private static final long PRESENCE = LoopClock.ticks(Duration.ofSeconds(1)) - 1;

    private final HttpService service;
    private final Late late;
    private final WriteWatch writeWatch;
    private final LoopClock clock;
    private final LoopClock.Timer timer;
    private final @Nullable BodyRate rate;
    private Phase phase;
    private long since;
    private long unanswered;
    private long nextLook;

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
        BUSY,
        /** Nothing: a request was answered, and what comes next is not known yet. */
        ANSWERED
    }

    /** Is told that the client has taken too long. */
    interface Late {
        /** No request is in progress, and the next one has not come in time. */
        void onIdle();

        /** A request was begun and is not whole. */
        void onUnfinished(HttpFailure failure);

        /** The client takes no more of the response. */
        void onStuck();

        /**
         * Asked about once a second whether the client still waits for its response.
         *
         * @return false if it has gone, and all of this has ended
         */
        default boolean stillWaits() {
            return true;
        }

        /** The handler has neither answered nor read more of the body for longer than it may. It may have begun to answer. */
        default void onSlowHandler() {}
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
        this.clock = LoopClock.of(channel.eventLoop());
        this.timer = clock.timer(channel, this::onTimeout);
        this.rate = service.bodyRate();
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
            Phase before = phase;
            phase = now;
            if (rate != null) {
                charge(rate, before);
            }
            begin(now);
        }
    }

    /** Bytes of a body may have come. */
    void received(int bytes) {
        if (rate != null && phase == Phase.BODY) {
            charge(rate, phase);
            rate.received(bytes);
        }
    }

    /** A request was answered: whatever is waited for next, its time begins. */
    void answered() {
        phase = Phase.ANSWERED;
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
            case BODY -> timer.set(rate == null ? service.bodyIdleTicks : rate.ticksLeft());
            case BUSY -> {
                writeWatch.reset();
                unanswered = service.answerTicks == LoopClock.NEVER
                        ? LoopClock.NEVER
                        : clock.now() + 1 + service.answerTicks;
                nextLook = clock.now() + 1 + service.lookTicks;
                watchHandlerAndClient();
            }
            case ANSWERED -> {}
        }
    }

    /* A client is charged for the time in which it is waited for, and begins each body anew. */
    private void charge(BodyRate charged, Phase before) {
        if (before == Phase.BODY) {
            charged.waited(clock.now() - since);
        } else if (before != Phase.BUSY) {
            charged.reset();
        }
        since = clock.now();
    }

    private void watchHandlerAndClient() {
        long due = Math.min(unanswered, nextLook) - clock.now() - 1;
        timer.set(Math.min(PRESENCE, Math.max(0, due)));
    }

    private void onTimeout() {
        switch (phase) {
            case SILENT, IDLE -> late.onIdle();
            case HEAD -> late.onUnfinished(new HttpFailure(408, "the head of the request took too long"));
            case BODY -> late.onUnfinished(new HttpFailure(408, "the body of the request took too long"));
            case BUSY -> onStillBusy();
            case ANSWERED -> {}
        }
    }

    private void onStillBusy() {
        if (clock.now() >= unanswered) {
            unanswered = LoopClock.NEVER;
            watchHandlerAndClient();
            late.onSlowHandler();
        } else if (late.stillWaits()) {
            if (isStuck()) {
                late.onStuck();
            } else {
                watchHandlerAndClient();
            }
        }
    }

    private boolean isStuck() {
        if (clock.now() < nextLook) {
            return false;
        }
        nextLook = clock.now() + 1 + service.lookTicks;
        return writeWatch.isStuck();
    }
}
