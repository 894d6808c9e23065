package dev.handoff.netty.http;

import io.netty.channel.Channel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;

/**
 * Tells whether a client is still there while nothing is read from it and nothing is sent to it. When Netty has seen the end of the
 * client's direction, or is not to read, its event loop does not hear of a reset. Used on the connection's event loop.
 */
final class Presence {
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(1);

    private Presence() {}

    /**
     * Whether the connection was reset, or, on a Unix socket, closed. Sending nothing sends nothing, and fails as sending something
     * would. A TCP client that has closed looks like one that has ended its direction only: it answers the next byte with a
     * reset. Source: send(2), tcp(7).
     */
    static boolean isLost(Channel channel) {
        try {
            return channel instanceof UnixChannel socket
                    && new Socket(socket.fd().intValue()).send(NOTHING, 0, 0) < 0;
        } catch (IOException | NotYetConnectedException lost) {
            return true;
        }
    }
}
