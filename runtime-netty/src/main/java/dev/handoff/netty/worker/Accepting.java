package dev.handoff.netty.worker;

import dev.handoff.process.spi.Logs;
import dev.handoff.unix.Fd;
import dev.handoff.unix.RareLog;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Accepts from a listening socket until it is closed. Where the kernel has no room for it, in epoll or among the descriptors, it is tried
 * again ten times a second: clients wait in the backlog meanwhile, or other workers accept them. On the event loop, except where it says
 * otherwise.
 */
final class Accepting {
    private static final RareLog LOG = new RareLog(Logs.of(Accepting.class));
    private static final long REST_MILLIS = 100;

    /** Gives a new descriptor of the listening socket for each try. */
    @FunctionalInterface
    interface Source {
        Fd open() throws IOException;
    }

    private final EventLoop loop;
    private final Source source;
    private final Function<Fd, Channel> acceptor;
    private @Nullable Channel channel;
    private boolean closed;

    /**
     * Does not accept yet.
     *
     * @param acceptor makes the channel that accepts; it is closed as soon as epoll has refused it
     */
    Accepting(EventLoop loop, Source source, Function<Fd, Channel> acceptor) {
        this.loop = loop;
        this.source = source;
        this.acceptor = acceptor;
    }

    /** Begins. Any thread. */
    Accepting start() {
        loop.execute(this::begin);
        return this;
    }

    private void begin() {
        if (closed) {
            return;
        }
        try {
            Channel begun = acceptor.apply(source.open());
            channel = begun;
            begun.closeFuture().addListener(end -> restUnlessClosed("it was closed"));
        } catch (IOException e) {
            restUnlessClosed(String.valueOf(e.getMessage()));
        }
    }

    private void restUnlessClosed(String why) {
        if (!closed) {
            LOG.warn("cannot accept on a listening socket, next try in " + REST_MILLIS + " ms: " + why);
            var unused = loop.schedule(this::begin, REST_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Accepts no more. */
    void close() {
        closed = true;
        if (channel != null) {
            channel.close();
        }
    }
}
