package dev.handoff.control;

import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.NoThreadException;
import dev.handoff.unix.PeerCredentials;
import dev.handoff.wire.ControlChannel;
import dev.handoff.wire.ControlFrame;
import dev.handoff.wire.ControlFrame.Hello;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The other end of a control channel: a stranger until the supervisor has welcomed it as a worker. Frames come
 * on the channel's reading thread, which waits while the supervisor is behind.
 */
public final class ControlPeer implements ControlChannel.Listener {
    private static final Logger LOG = Logs.of(ControlPeer.class);
    private static final int NO_WORKER = 0;

    private final ControlServer server;
    private final ControlChannel channel;
    private final PeerCredentials credentials;
    private final long sinceNanos;
    private boolean saidHello;
    private volatile int workerId = NO_WORKER;

    /**
     * One that has just connected.
     *
     * @param credentials what the kernel says of its process
     * @param sinceNanos when it connected
     */
    public ControlPeer(ControlServer server, ControlChannel channel, PeerCredentials credentials, long sinceNanos) {
        this.server = server;
        this.channel = channel;
        this.credentials = credentials;
        this.sinceNanos = sinceNanos;
    }

    void start() throws NoThreadException {
        channel.start("handoff-control-" + credentials.pid(), this);
    }

    /** The process at the other end, as the kernel knows it. */
    public long pid() {
        return credentials.pid();
    }

    /** When it connected. */
    long sinceNanos() {
        return sinceNanos;
    }

    /** The worker that it was welcomed as; 0 before. */
    public int workerId() {
        return workerId;
    }

    /** Makes it a worker and answers: tickets first, so that a welcomed worker has them. Called on the supervisor's thread. */
    public void welcome(int id, ControlFrame.Tickets tickets, ControlFrame.Welcome welcome) {
        workerId = id;
        server.noStranger(this);
        channel.send(tickets);
        channel.send(welcome);
    }

    /** Gives it new ticket secrets. One that has not read for long keeps what it has. Called on the supervisor's thread. */
    public void renew(ControlFrame.Tickets tickets) {
        channel.send(tickets);
    }

    /** Tells it why it is of no use, and leaves it the time of a stranger to go by itself. Any thread. */
    public void refuse(String why) {
        logRefusal(why);
        channel.send(new ControlFrame.Refused(why));
    }

    /** Sends it away, and logs why. Any thread. */
    public void reject(String why) {
        logRefusal(why);
        close();
    }

    private void logRefusal(String why) {
        server.logRefusal("refused pid " + pid() + " (uid " + credentials.uid() + ") on the control socket: " + why);
    }

    /** Ends the channel, if it has not ended. Any thread. */
    public void close() {
        try {
            channel.close();
        } catch (UncheckedIOException e) {
            LOG.warn("the control channel of pid {} was not closed in order", pid(), e);
        }
    }

    @Override
    public void onFrame(ControlFrame frame) {
        if (workerId != NO_WORKER) {
            server.events().onFrame(this, frame);
        } else if (!saidHello && frame instanceof Hello hello) {
            saidHello = true;
            server.events().onHello(this, hello);
        } else {
            reject("expected one hello, and nothing more before the welcome, found "
                    + frame.getClass().getSimpleName());
        }
    }

    @Override
    public void onEnd(@Nullable IOException failure) {
        server.noStranger(this);
        if (workerId == NO_WORKER && failure != null) {
            server.logRefusal(
                    "lost pid " + pid() + " on the control socket before its welcome: " + failure.getMessage());
        }
        server.events().onEnd(this, failure);
    }
}
