package dev.handoff.process;

import dev.handoff.process.spi.ProcessProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ByteChannel;

/**
 * An open socket with one owner, which can be sent to another process with a message. Any thread may call. A handle that was sent, opened or
 * closed refuses all calls but {@link #close()} with an {@link IllegalStateException}.
 */
public interface Handle extends AutoCloseable {
    /** The kinds of sockets. */
    enum Kind {
        /** A connected stream. */
        CONNECTION,
        /** A socket that accepts connections. */
        LISTENER,
        /** A UDP socket. */
        DATAGRAM
    }

    /**
     * Connects to an address. Blocks until it is connected.
     *
     * @throws IOException if no process listens there, naming the address
     */
    static Handle connect(InetSocketAddress address) throws IOException {
        return ProcessProvider.get().connect(address);
    }

    /**
     * Listens on an address of this machine; port 0: any free port, see {@link #port()}.
     *
     * @throws IOException if it is in use or forbidden, naming the address
     */
    static Handle listen(InetSocketAddress address) throws IOException {
        return ProcessProvider.get().listen(address);
    }

    /**
     * Opens a socket that receives datagrams on an address of this machine; port 0: any free port, see {@link #port()}. If several processes
     * read from it, each datagram goes to one of them. A read of its {@link #open() bytes} gives one datagram, cut to the buffer's room; an empty
     * datagram reads as an end.
     *
     * @throws IOException if it is in use or forbidden, naming the address
     */
    static Handle bind(InetSocketAddress address) throws IOException {
        return ProcessProvider.get().bind(address);
    }

    /** Its kind. */
    Kind kind();

    /** The local port; 0 if it has none. */
    int port();

    /** Another handle of the same socket. The connection stays open until all handles are closed. */
    Handle duplicate();

    /**
     * Accepts the next connection. Blocks until there is one. Any number of processes may accept from one listener.
     *
     * @throws IllegalStateException if this is no listener
     * @throws IOException if the handle is closed meanwhile, or no descriptor is free
     */
    Handle accept() throws IOException;

    /** Opens its bytes: a blocking channel, which owns the socket from here on. This handle is of no more use. */
    ByteChannel open();

    /** Closes the socket if this handle still has it. */
    @Override
    void close();
}
