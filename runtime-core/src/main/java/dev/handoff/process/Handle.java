package dev.handoff.process;

import dev.handoff.process.spi.ProcessProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ByteChannel;

/**
 * An open socket with one owner, which can go to another process with a message. Any thread may call. One that is used up,
 * because it was sent, opened or closed, refuses all but {@link #close()} with an {@link IllegalStateException}.
 */
public interface Handle extends AutoCloseable {
    /** The kinds there are. */
    enum Kind {
        /** A connected stream. */
        CONNECTION,
        /** A socket that accepts connections. */
        LISTENER,
        /** A socket of datagrams. */
        DATAGRAM
    }

    /**
     * Connects to an address. Blocks until it is connected.
     *
     * @throws IOException if nobody accepts there, naming the address
     */
    static Handle connect(InetSocketAddress address) throws IOException {
        return ProcessProvider.get().connect(address);
    }

    /**
     * Listens on an address of this machine; port 0 takes any free one, see {@link #port()}.
     *
     * @throws IOException if it is in use or forbidden, naming the address
     */
    static Handle listen(InetSocketAddress address) throws IOException {
        return ProcessProvider.get().listen(address);
    }

    /**
     * Opens a socket that receives datagrams on an address of this machine; port 0 takes any free one, see {@link #port()}. Of
     * several processes that read from it one gets each datagram. A read of its {@link #open() bytes} gives one datagram, cut
     * to the room there is; an empty one reads as an end.
     *
     * @throws IOException if it is in use or forbidden, naming the address
     */
    static Handle bind(InetSocketAddress address) throws IOException {
        return ProcessProvider.get().bind(address);
    }

    /** What it is. */
    Kind kind();

    /** The local port; 0 if it has none. */
    int port();

    /** Another handle of the same socket; whoever holds one of them keeps the connection open. */
    Handle duplicate();

    /**
     * Accepts the next connection. Blocks until there is one; any number of processes may accept from one listener.
     *
     * @throws IllegalStateException if this is no listener
     * @throws IOException if the handle is closed meanwhile, or there is no room for one more
     */
    Handle accept() throws IOException;

    /** Its bytes: a blocking channel, which owns the socket from here on, and which uses this handle up. */
    ByteChannel open();

    /** Closes the socket if this handle still has it. */
    @Override
    void close();
}
