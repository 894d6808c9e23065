package dev.handoff.wire;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * One worker's page of numbers, which it shares with the master. A write needs no system call, no message can be lost, and the page can
 * still be read after a SIGKILL. The master writes the whole file before any process maps it: on a full disk, a store into a hole of
 * the file would be an error in the event loop.
 *
 * <pre>
 *      0  magic u64 | layout version u32 | event loops u32 | worker id u32 | 0…
 *    128  loop 0: one u64 for each {@link Cell}, padded to 128 bytes, so that no two loops share a cache line
 *    256  loop 1 …
 * </pre>
 *
 * Aligned longs in the machine's order. Each loop's cells are written by that loop only, with release; the master reads
 * with acquire.
 */
public final class Scoreboard {
    /** The layout's version; master and worker must agree. */
    public static final int VERSION = 1;

    /** The most event loops a worker can have. */
    public static final int MAX_LOOPS = 64;

    /** What each event loop writes. */
    public enum Cell {
        /** When the loop last ran its tick: CLOCK_MONOTONIC in nanoseconds, 0 before the first. */
        BEAT(0),
        /** Connections adopted since the start. */
        ADOPTED(8),
        /** Connections ended since the start. */
        CLOSED(16),
        /** Connections refused since the start. */
        REFUSED(24),
        /** Requests begun since the start. */
        REQUESTS_STARTED(32),
        /** Requests ended, answered or cut, since the start. */
        REQUESTS_FINISHED(40);

        private final int offset;

        Cell(int offset) {
            this.offset = offset;
        }
    }

    private static final long MAGIC = 0x48414e444f464601L;
    private static final int LOOP_BYTES = 128;
    private static final int VERSION_AT = 8;
    private static final int LOOPS_AT = 12;
    private static final int WORKER_AT = 16;
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer page;
    private final int loops;

    private Scoreboard(ByteBuffer page, int loops) {
        this.page = page;
        this.loops = loops;
    }

    /** Creates a worker's page, readable and writable for this user only, and maps it. Called by the master. */
    public static Scoreboard create(Path file, int workerId, int loops) throws IOException {
        if (loops < 1 || loops > MAX_LOOPS) {
            throw new IllegalArgumentException("1 to " + MAX_LOOPS + " event loops have room, not " + loops);
        }
        ByteBuffer whole = ByteBuffer.allocate((int) bytes(loops)).order(ByteOrder.nativeOrder());
        whole.putLong(0, MAGIC);
        whole.putInt(VERSION_AT, VERSION).putInt(LOOPS_AT, loops).putInt(WORKER_AT, workerId);
        RuntimeFiles.remove(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, whole.array());
        return open(file, workerId);
    }

    /**
     * Maps a page that the master has created.
     *
     * @throws WireException if it is not that worker's page, or of another layout
     */
    public static Scoreboard open(Path file, int workerId) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long size = channel.size();
            if (size < bytes(1) || size > bytes(MAX_LOOPS)) {
                throw new WireException(file + " is no scoreboard page: expected " + bytes(1) + " to "
                        + bytes(MAX_LOOPS) + " bytes, found " + size);
            }
            ByteBuffer page =
                    channel.map(FileChannel.MapMode.READ_WRITE, 0, size).order(ByteOrder.nativeOrder());
            if (page.getLong(0) != MAGIC) {
                throw new WireException(file + " is no scoreboard page: expected the magic number at offset 0");
            }
            if (page.getInt(VERSION_AT) != VERSION) {
                throw new WireException("the scoreboard " + file + " has layout version " + page.getInt(VERSION_AT)
                        + ", this process knows version " + VERSION);
            }
            if (page.getInt(WORKER_AT) != workerId) {
                throw new WireException("the scoreboard " + file + " is that of worker " + page.getInt(WORKER_AT)
                        + ", not of worker " + workerId);
            }
            int loops = page.getInt(LOOPS_AT);
            if (size != bytes(loops)) {
                throw new WireException("the scoreboard " + file + " of " + loops + " event loops has " + size
                        + " bytes, expected " + bytes(loops));
            }
            return new Scoreboard(page, loops);
        }
    }

    private static long bytes(long loops) {
        return LOOP_BYTES * (1 + loops);
    }

    /** The number of event loops in the page. */
    public int loops() {
        return loops;
    }

    /** Sets a cell. Called by that event loop only. */
    public void set(int loop, Cell cell, long value) {
        LONG.setRelease(page, at(loop, cell), value);
    }

    /** Adds one to a cell. Called by that event loop only. */
    public void increment(int loop, Cell cell) {
        int at = at(loop, cell);
        LONG.setRelease(page, at, (long) LONG.get(page, at) + 1);
    }

    /** Reads a cell. Any thread. */
    public long get(int loop, Cell cell) {
        return (long) LONG.getAcquire(page, at(loop, cell));
    }

    /** The sum of a cell over all event loops. Any thread. */
    public long sum(Cell cell) {
        long sum = 0;
        for (int loop = 0; loop < loops; loop++) {
            sum += get(loop, cell);
        }
        return sum;
    }

    private static int at(int loop, Cell cell) {
        return LOOP_BYTES * (1 + loop) + cell.offset;
    }
}
