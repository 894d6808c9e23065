package dev.handoff.cluster;

import dev.handoff.process.Handle;
import dev.handoff.process.Subscription;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A UDP socket of a worker. It keeps the worker's process alive while it is open. Any thread may call.
 */
public interface UdpSocket extends AutoCloseable {
    /** Its address, with the port that the kernel chose. */
    ListenAddress address();

    /**
     * Sends a datagram from its address. Does not wait.
     *
     * @param data at most 65,507 bytes over IPv4, 65,527 over IPv6
     * @param to resolved
     * @return false if the kernel has no room for it now: it is not sent, as if the network had lost it
     * @throws IOException if it is too long (EMSGSIZE), there is no route to that address, or the socket is closed; the message names the
     *     address
     * @throws IllegalArgumentException if the address is unresolved
     */
    boolean send(byte[] data, InetSocketAddress to) throws IOException;

    /**
     * Another handle of the same socket, of the kind {@link Handle.Kind#DATAGRAM}. A datagram that is read from it is not received by this
     * socket, nor by other workers. The caller must close it.
     *
     * @throws IllegalStateException if the socket is closed
     */
    Handle handle();

    /** Lets this process end although the socket is open. A second call changes nothing. */
    void unref();

    /** Lets the socket keep this process alive again. A second call changes nothing. */
    void ref();

    /** Calls the listener once, when the socket is closed; at once if that has already happened. On {@code handoff-events}. */
    Subscription onClose(Runnable listener);

    /**
     * Receives no more datagrams. Those that wait in the kernel are for the other workers; without another worker they are lost. A second
     * call changes nothing.
     */
    @Override
    void close();
}
