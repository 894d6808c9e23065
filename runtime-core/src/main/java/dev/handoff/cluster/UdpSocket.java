package dev.handoff.cluster;

import dev.handoff.process.Handle;
import dev.handoff.process.Subscription;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A place where a worker receives datagrams of UDP, and from where it sends some; it keeps the worker's process alive while it is
 * open. Any thread may call.
 */
public interface UdpSocket extends AutoCloseable {
    /** Where, with the port that the kernel chose. */
    ListenAddress address();

    /**
     * Sends a datagram from there. Does not wait.
     *
     * @param data at most 65,507 bytes over IPv4, 65,527 over IPv6
     * @param to resolved
     * @return false if the kernel has no room for it now: it is not sent, as if the network had lost it
     * @throws IOException if it is too long (EMSGSIZE), there is no way to that address, or the socket is closed; the message says
     *     to whom
     * @throws IllegalArgumentException if the address is unresolved
     */
    boolean send(byte[] data, InetSocketAddress to) throws IOException;

    /**
     * Another handle of the same socket, of the kind {@link Handle.Kind#DATAGRAM}; whoever reads from it takes datagrams away from
     * this one and from the other workers. Its holder closes it.
     *
     * @throws IllegalStateException if the socket is closed
     */
    Handle handle();

    /** Lets this process end although the socket is open. A second call changes nothing. */
    void unref();

    /** Lets the socket keep this process alive again. A second call changes nothing. */
    void ref();

    /** Called once, when it is closed, by whomever; at once if that has already happened. On {@code handoff-events}. */
    Subscription onClose(Runnable listener);

    /**
     * Tells no more datagrams: what waits in the kernel is for the other workers, or is lost with the last one. A second call
     * changes nothing.
     */
    @Override
    void close();
}
