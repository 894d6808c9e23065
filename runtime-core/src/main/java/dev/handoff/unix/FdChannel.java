package dev.handoff.unix;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.ReentrantLock;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;

/**
 * A stream of bytes over a descriptor: a pipe or a socket. It blocks; a close by another thread wakes blocked threads. One thread may
 * read while another writes.
 *
 * <p>It waits with poll(2) and never in the call itself, because another process that shares the descriptor may read the bytes first.
 * On a datagram socket a read gives one datagram, cut to the buffer's room, and a write sends one.
 */
public final class FdChannel implements ByteChannel {
    private static final int ROOM = 64 * 1024;

    private final Fd fd;
    private final Runnable onClosed;
    private final WakeUp closing = new WakeUp();
    private final Direction reading = new Direction(Poller.IN);
    private final Direction writing = new Direction(Poller.OUT);
    private volatile boolean closed;
    private volatile boolean ending;

    /** Takes ownership of a descriptor, and makes it non-blocking. */
    public FdChannel(Fd fd) throws UnixException {
        this(fd, () -> {});
    }

    /**
     * Takes ownership of a descriptor, and makes it non-blocking.
     *
     * @param onClosed called at each close, on the thread that closes
     */
    public FdChannel(Fd fd, Runnable onClosed) throws UnixException {
        this.fd = fd;
        this.onClosed = onClosed;
        Native.makeNonBlocking(fd);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return target.hasRemaining() ? reading.transfer(target, true, true) : 0;
    }

    /** Reads the bytes that wait. Gives 0 if none waits, and -1 at the end. */
    public int readNow(ByteBuffer target) throws IOException {
        return target.hasRemaining() ? reading.transfer(target, true, false) : 0;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int total = 0;
        while (source.hasRemaining()) {
            total += writing.transfer(source, false, true);
        }
        return total;
    }

    /** Writes what can be written at once. Gives how many bytes that were, 0 if there is no room. */
    public int writeNow(ByteBuffer source) throws IOException {
        int total = 0;
        int count = 1;
        while (source.hasRemaining() && count > 0) {
            count = writing.transfer(source, false, false);
            total += count;
        }
        return total;
    }

    /**
     * Waits no more: from now on a read gives the bytes that wait, and -1 if none waits, even if a process still has the other end open.
     * For a channel that this process does not write to. Any thread may call.
     */
    public void endWhenEmpty() {
        ending = true;
        closing.signal();
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    /** Wakes blocked threads, and closes the descriptor when no thread uses it any more. Idempotent. */
    @Override
    public void close() {
        closed = true;
        closing.signal();
        reading.lock.lock();
        writing.lock.lock();
        try {
            fd.close();
            closing.close();
        } finally {
            writing.lock.unlock();
            reading.lock.unlock();
        }
        onClosed.run();
    }

    /** Bytes one way, through a block of native memory; one thread at a time. */
    private final class Direction {
        private final ReentrantLock lock = new ReentrantLock();
        private final int events;
        private final Poller poller = new Poller();
        private Pointer block = Native.allocate(0);
        private int room;

        Direction(int events) {
            this.events = events;
        }

        int transfer(ByteBuffer bytes, boolean in, boolean waits) throws IOException {
            lock.lock();
            try {
                checkOpen();
                while (true) {
                    long result = in ? read(bytes) : write(bytes);
                    if (result >= 0) {
                        return in && result == 0 ? -1 : (int) result;
                    }
                    if (result == -Errno.EAGAIN.intValue() && (ending || !waits)) {
                        return ending ? -1 : 0;
                    }
                    await((int) -result, in);
                }
            } finally {
                lock.unlock();
            }
        }

        private void checkOpen() throws ClosedChannelException {
            if (closed) {
                throw new ClosedChannelException();
            }
        }

        private long read(ByteBuffer target) {
            int length = Math.min(target.remaining(), ROOM);
            makeRoom(length);
            long count = Native.LIBC.read(fd.number(), block.address(), length);
            if (count < 0) {
                return -Native.errno();
            }
            byte[] copy = new byte[(int) count];
            block.get(0, copy, 0, copy.length);
            target.put(copy);
            return count;
        }

        private long write(ByteBuffer source) {
            int length = Math.min(source.remaining(), ROOM);
            makeRoom(length);
            byte[] copy = new byte[length];
            source.duplicate().get(copy);
            block.put(0, copy, 0, length);
            long count = Native.LIBC.write(fd.number(), block.address(), length);
            if (count < 0) {
                return -Native.errno();
            }
            source.position(source.position() + (int) count);
            return count;
        }

        private void makeRoom(int length) {
            if (room < length) {
                block = Native.allocate(length);
                room = length;
            }
        }

        private void await(int errno, boolean in) throws IOException {
            if (errno == Errno.EINTR.intValue()) {
                return;
            }
            if (errno != Errno.EAGAIN.intValue()) {
                throw new UnixException(in ? "cannot read" : "cannot write", errno);
            }
            poller.clear();
            poller.add(fd, events);
            poller.add(closing.fd(), Poller.IN);
            poller.poll(-1);
            if (closed) {
                throw new AsynchronousCloseException();
            }
        }
    }
}
