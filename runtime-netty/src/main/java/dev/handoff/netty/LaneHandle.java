package dev.handoff.netty;

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
     * @param onEnd called on the event loop, once, when nothing more can come or go on the lane
     * @param onFailure called behind it if the lane has failed
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
                end(registration);
            }
        } catch (IOException e) {
            end(registration);
            onFailure.accept(e);
        }
    }

    private void end(IoRegistration registration) {
        registration.cancel();
        receiver.close();
        onEnd.run();
    }

    /** The receiver owns the descriptor and closes it when the lane ends. */
    @Override
    public void close() {}
}
