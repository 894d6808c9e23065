package dev.handoff.netty.http;

import dev.handoff.netty.worker.Reregistration;
import io.netty.channel.Channel;

/** Lets a connection's input in or holds it back. Used on the connection's event loop. */
final class InputGate {
    private final Channel channel;
    private boolean wanted = true;
    private boolean reregistering;

    /* Bytes came though none were asked for: the client's end is behind them, and Netty has seen it. */
    private boolean readWhileShut;

    InputGate(Channel channel) {
        this.channel = channel;
    }

    /** Bytes have come. */
    void onRead() {
        readWhileShut |= !channel.config().isAutoRead();
    }

    /** Reads from now on, or no more. */
    void set(boolean open) {
        wanted = open;
        if (reregistering || channel.config().isAutoRead() == open) {
            return;
        }
        if (open && readWhileShut) {
            reregistering = true;
            Reregistration.around(channel, this::onRegistered);
        } else {
            channel.config().setAutoRead(open);
        }
    }

    private void onRegistered() {
        reregistering = false;
        readWhileShut = false;
        channel.config().setAutoRead(wanted);
    }
}
