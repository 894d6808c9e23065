package dev.handoff.netty.websocket;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Deflaters and inflaters, which each event loop keeps while they are idle. To make one takes longer than to compress a short
 * message, and each holds memory outside of the heap: a deflater 256 KiB, an inflater 40 KiB. So a user holds one only for the
 * time of one message or body.
 */
public final class ZlibPool<T> {
    /** The usual 6 takes two to five times as long, for hardly less of JSON and HTML, and an eighth less of prose. */
    private static final int LEVEL = 1;

    private static final int MOST_IDLE = 8;

    /** Without a header of zlib's: WebSockets have none, and gzip has its own. */
    public static final ZlibPool<Deflater> DEFLATERS =
            new ZlibPool<>(() -> new Deflater(LEVEL, true), Deflater::reset, Deflater::end);

    /** For what was deflated without a header. */
    static final ZlibPool<Inflater> INFLATERS =
            new ZlibPool<>(() -> new Inflater(true), Inflater::reset, Inflater::end);

    /** The bound for slow clients, which hold one for as long as they read: 64 MiB of deflaters. */
    private static final int MOST_USED = 256;

    private final Supplier<T> make;
    private final Consumer<T> reset;
    private final Consumer<T> end;
    private final FastThreadLocal<Loop<T>> loops = new FastThreadLocal<>() {
        @Override
        protected Loop<T> initialValue() {
            return new Loop<>();
        }

        @Override
        protected void onRemoval(Loop<T> left) {
            left.idle.forEach(end);
        }
    };

    private static final class Loop<T> {
        private final Deque<T> idle = new ArrayDeque<>();
        private int used;
    }

    private ZlibPool(Supplier<T> make, Consumer<T> reset, Consumer<T> end) {
        this.make = make;
        this.reset = reset;
        this.end = end;
    }

    /** Whether so few are in use on this thread that one may be taken for mere comfort. */
    public boolean isSpare() {
        return loops.get().used < MOST_USED;
    }

    /** One as if it were new. */
    public T take() {
        Loop<T> loop = loops.get();
        loop.used++;
        T found = loop.idle.poll();
        return found == null ? make.get() : found;
    }

    /** Takes it back, on the thread that took it, whatever state it is in. */
    public void giveBack(T given) {
        Loop<T> loop = loops.get();
        loop.used--;
        if (loop.idle.size() < MOST_IDLE) {
            reset.accept(given);
            loop.idle.push(given);
        } else {
            end.accept(given);
        }
    }
}
