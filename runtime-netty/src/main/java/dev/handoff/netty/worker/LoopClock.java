package dev.handoff.netty.worker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.channel.Channel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Coarse time of one event loop, for its connections' time-outs and the Date field. It ticks five times a second while
 * there are connections, so that a request costs no clock reading and no scheduled task: setting a time-out is one store,
 * and each tick looks at every connection.
 *
 * <p>Time-outs count ticks, not time: a loop that was stopped or busy for a minute does not hold that against its clients.
 * One fires up to two ticks late, never early. Used on its event loop only.
 */
public final class LoopClock {
    static final Duration TICK = Duration.ofMillis(200);

    private static final Duration LONGEST = Duration.ofMillis(Long.MAX_VALUE);

    /** A tick that never comes. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final FastThreadLocal<LoopClock> CLOCKS = new FastThreadLocal<>();

    /* RFC 9110, 5.6.7: the day has two digits, which RFC_1123_DATE_TIME does not promise. */
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "'Date: 'EEE, dd MMM yyyy HH:mm:ss 'GMT\r\n'", java.util.Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final EventExecutor loop;
    private long tick;
    private boolean ticking;
    private long dateSecond = -1;
    private byte[] date = new byte[0];
    private @Nullable Timer first;

    private LoopClock(EventExecutor loop) {
        this.loop = loop;
    }

    /** The clock of an event loop. Called on that loop. */
    public static LoopClock of(EventExecutor loop) {
        LoopClock clock = CLOCKS.get();
        if (clock == null) {
            clock = new LoopClock(loop);
            CLOCKS.set(clock);
        }
        return clock;
    }

    /** The number of this tick: the only time that connections know. */
    public long now() {
        return tick;
    }

    /** The line of the Date field, with its end. The caller must not write to it. */
    public byte[] dateLine() {
        return date;
    }

    /**
     * A timer that is not set yet, and calls this when it fires. It must be removed in the end.
     *
     * @param channel closed if what is called throws: what waits for a time-out would wait for ever
     */
    public Timer timer(Channel channel, Runnable expired) {
        Timer timer = new Timer(channel, expired);
        timer.next = first;
        if (first != null) {
            first.previous = timer;
        }
        first = timer;
        if (!ticking) {
            ticking = true;
            readDate();
            scheduleTick();
        }
        return timer;
    }

    private void scheduleTick() {
        var unused = loop.schedule(this::tick, TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void tick() {
        tick++;
        readDate();
        /* A timer that fires may remove itself and others. A removed timer keeps its link to the next. */
        for (Timer timer = first; timer != null; timer = timer.next) {
            if (timer.expiry <= tick) {
                timer.expiry = NEVER;
                timer.fire();
            }
        }
        ticking = first != null;
        if (ticking) {
            scheduleTick();
        }
    }

    private void readDate() {
        long second = System.currentTimeMillis() / 1000;
        if (second != dateSecond) {
            dateSecond = second;
            date = DATE.format(Instant.ofEpochSecond(second)).getBytes(ISO_8859_1);
        }
    }

    /** One connection's time-out. */
    public final class Timer {
        private final Channel channel;
        private final Runnable expired;
        private long expiry = NEVER;
        private boolean removed;
        private @Nullable Timer previous;
        private @Nullable Timer next;

        private Timer(Channel channel, Runnable expired) {
            this.channel = channel;
            this.expired = expired;
        }

        private void fire() {
            if (!ProgramCode.run(channel, "its time-out failed: closed", expired::run)) {
                channel.close();
            }
        }

        /** Fires once after that many ticks, unless set anew or cleared before. */
        public void set(long ticks) {
            expiry = tick + 1 + ticks;
        }

        /** Does not fire, unless it is set anew. */
        public void clear() {
            expiry = NEVER;
        }

        /** After how many ticks it fires, for {@link #set}; none left: 0. */
        public int ticksLeft() {
            return (int) Math.max(0, Math.min(expiry - tick - 1, Integer.MAX_VALUE));
        }

        /** Never fires again. A second call changes nothing. */
        public void remove() {
            if (removed) {
                return;
            }
            removed = true;
            clear();
            if (previous == null) {
                first = next;
            } else {
                previous.next = next;
            }
            if (next != null) {
                next.previous = previous;
            }
        }
    }

    /** A duration in ticks, rounded up. One that is longer than can be counted is as long as can be: a program means for ever by it. */
    public static long ticks(Duration duration) {
        long millis = duration.compareTo(LONGEST) < 0 ? duration.toMillis() : LONGEST.toMillis();
        return Math.max(1, -Math.floorDiv(-millis, TICK.toMillis()));
    }
}
