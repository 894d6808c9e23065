package dev.handoff.netty.worker;

import dev.handoff.worker.HandoffReceiver;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Lets an event loop poll its hand-off lane beside its connections, so that a connection changes threads zero times in
 * the worker.
 */
final class LaneHandle implements EpollIoHandle {
    private final HandoffReceiver receiver;
    private final FileDescriptor fd;
    private final Runnable onEnd;
    private final Consumer<IOException> onFailure;

    private LaneHandle(HandoffReceiver receiver, Runnable onEnd, Consumer<IOException> onFailure) {
        this.receiver = receiver;
        this.fd = new FileDescriptor(receiver.fd().number());
        this.onEnd = onEnd;
        this.onFailure = onFailure;
    }

    /**
     * Begins to poll; blocks until the event loop does.
     *
     * @param onEnd called on the event loop when the master has closed its end, and all that it said has been heard
     * @param onFailure called instead if the lane has failed: what the master said last is not known then
     */
    static void poll(IoEventLoop loop, HandoffReceiver receiver, Runnable onEnd, Consumer<IOException> onFailure) {
        IoRegistration registration = loop.register(new LaneHandle(receiver, onEnd, onFailure))
                .syncUninterruptibly()
                .getNow();
        registration.submit(EpollIoOps.EPOLLIN);
    }

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        try {
            if (!receiver.receive()) {
                close(registration);
                onEnd.run();
            }
        } catch (IOException e) {
            close(registration);
            onFailure.accept(e);
        }
    }

    private void close(IoRegistration registration) {
        registration.cancel();
        receiver.close();
    }

    /** The receiver owns the descriptor and closes it when the lane ends. */
    @Override
    public void close() {}
}
