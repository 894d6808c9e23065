package dev.handoff.netty.worker;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;

/**
 * Registers a channel anew with its event loop, after its client has ended its direction.
 *
 * <p>When Netty has seen that end it no longer waits for it. If it waits for nothing else at that moment (reading is paused,
 * or the input is done, and no write is held up) it takes the socket out of epoll altogether; to wait for something again
 * it only modifies the registration, which is not there any more: ENOENT, and the channel is closed in the middle of
 * its response. Source: {@code EpollIoHandler.DefaultEpollIoRegistration.submit} of Netty 4.2.18.
 */
public final class Reregistration {
    private Reregistration() {}

    /**
     * Takes the channel out of epoll, runs a step that wants it to read or write, and puts it back. Called on the event loop;
     * the step runs there, later, unless the channel is closed.
     */
    public static void around(Channel channel, Runnable step) {
        EventLoop loop = channel.eventLoop();
        channel.deregister().addListener(out -> {
            if (channel.isOpen()) {
                step.run();
                Registration.again(loop, channel).addListener(in -> channel.flush());
            }
        });
    }
}
