package dev.handoff.netty.http;

import dev.handoff.netty.ConnectionEvent;
import dev.handoff.netty.worker.Connection;
import dev.handoff.netty.worker.LoopClock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * How a connection of HTTP/1 goes on in another worker: between two requests, with what has come of the next one. Used on the
 * connection's event loop.
 */
final class HttpMove {
    /** Of what {@link #state} gives. */
    static final int STATE_VERSION = 1;

    /** More than a head may have and less than a state: what comes behind it in the same breath has room. */
    private static final int MOST_MOVED = 48 * 1024;

    private final Connection connection;
    private final LoopClock.Timer timer;
    private int ticksLeft;
    private boolean leaving;

    /**
     * One that stays.
     *
     * @param timer stops while it is on its way
     */
    HttpMove(Connection connection, LoopClock.Timer timer) {
        this.connection = connection;
        this.timer = timer;
    }

    /** Its worker says what becomes of it. */
    void on(ConnectionEvent event) {
        switch (event) {
            case LEAVING -> leaving = true;
            case HANDED_BACK -> {
                ticksLeft = timer.ticksLeft();
                timer.clear();
            }
            case RETURNED -> timer.set(ticksLeft);
        }
    }

    /** Whether its worker leaves. */
    boolean isLeaving() {
        return leaving;
    }

    /** Whether it goes on in another worker as soon as no request is in progress. */
    boolean isDue(ByteBuf input) {
        return leaving && connection.movesOn() && fits(input);
    }

    private static boolean fits(ByteBuf input) {
        return input.readableBytes() <= MOST_MOVED;
    }

    /**
     * What the next worker has to know; empty if that is too much.
     *
     * <pre>
     *    0                        4
     *   ┌────────────────────────┬───────────────────────────────────────┐
     *   │ time left, ticks i32   │ what has come of the next request     │
     *   └────────────────────────┴───────────────────────────────────────┘
     * </pre>
     */
    Optional<byte[]> state(ByteBuf input) {
        if (!fits(input)) {
            return Optional.empty();
        }
        ByteBuffer state = ByteBuffer.allocate(Integer.BYTES + input.readableBytes());
        state.putInt(timer.ticksLeft());
        input.getBytes(input.readerIndex(), state);
        return Optional.of(state.array());
    }

    /** Goes on where another worker's has left off; gives what had come of the next request. */
    ByteBuf resume(byte[] state, ByteBufAllocator alloc) {
        ByteBuffer said = ByteBuffer.wrap(state);
        timer.set(said.getInt());
        return alloc.buffer(said.remaining()).writeBytes(said);
    }
}
