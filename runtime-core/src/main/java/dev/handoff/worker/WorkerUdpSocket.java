package dev.handoff.worker;

import dev.handoff.cluster.Datagram;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.UdpSocket;
import dev.handoff.process.Handle;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.Announcement;
import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.Logs;
import dev.handoff.unix.DatagramMessage;
import dev.handoff.unix.Fd;
import dev.handoff.unix.Poller;
import dev.handoff.unix.RareLog;
import dev.handoff.unix.SharedUse;
import dev.handoff.unix.SocketFd;
import dev.handoff.unix.UnixException;
import dev.handoff.unix.WakeUp;
import dev.handoff.wire.SocketHandle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * A UDP socket in this worker.
 *
 * <p>A thread of its own, {@code handoff-udp-…}, only waits. Datagrams are read on {@code handoff-events}, each just before the program
 * gets it, and the other thread waits for that. So a datagram that comes while the program is busy stays in the kernel, for the other
 * workers that share the socket, and no datagram is lost that was read.
 */
final class WorkerUdpSocket extends WorkerAddress implements UdpSocket {
    private static final Logger LOG = Logs.of(WorkerUdpSocket.class);
    private static final int MOST_A_TURN = 16;

    /** A rest after the kernel had no memory for a datagram. */
    private static final int REST_MILLIS = 100;

    /** The owner of a socket. May be called by any thread. */
    interface Owner {
        /** The program closes the socket. */
        void onCloseWanted();

        /** The descriptor is closed. Called once. */
        void onClosed(WorkerUdpSocket socket);
    }

    private final Fd fd;
    private final RareLog shortages = new RareLog(LOG);
    private final Owner owner;
    private final WakeUp wakeUp = new WakeUp();
    private final SharedUse use = new SharedUse(wakeUp::signal, this::closeNow);
    private final Announcement<UdpSocket> gone = new Announcement<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final Object sending = new Object();
    private DatagramMessage out = new DatagramMessage(0);
    private volatile boolean ended;

    /** Takes ownership of a descriptor. Reads nothing before {@link #start}. */
    WorkerUdpSocket(Fd fd, ListenAddress address, Owner owner) throws UnixException {
        super(address);
        this.fd = fd;
        this.owner = owner;
        there(true);
    }

    @Override
    public Subscription onClose(Runnable listener) {
        return gone.add(self -> listener.run());
    }

    // --- the end ----------------------------------------------------------------------------------------------------

    @Override
    public void close() {
        owner.onCloseWanted();
        end();
    }

    /** Closes it, without telling the owner that the program wants that. */
    void end() {
        ended = true;
        try {
            use.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + this, e);
        }
    }

    /** Called when no thread uses the descriptor any more. */
    private void closeNow() {
        fd.close();
        wakeUp.close();
        there(false);
        gone.fire(this);
        closed.complete(null);
        owner.onClosed(this);
    }

    /** Done when the descriptor is closed. */
    CompletableFuture<Void> closed() {
        return closed;
    }

    // --- out --------------------------------------------------------------------------------------------------------

    @Override
    public boolean send(byte[] data, InetSocketAddress to) throws IOException {
        if (to.isUnresolved()) {
            throw new IllegalArgumentException("cannot send to " + to + ": its address is not resolved");
        }
        use.begin();
        try {
            synchronized (sending) {
                return message(data.length).send(fd, data, to);
            }
        } finally {
            use.end();
        }
    }

    private DatagramMessage message(int length) {
        if (out.capacity() < length) {
            out = new DatagramMessage(length);
        }
        return out;
    }

    @Override
    public Handle handle() {
        try {
            use.begin();
            try {
                return SocketHandle.of(SocketFd.duplicate(fd));
            } finally {
                use.end();
            }
        } catch (ClosedChannelException e) {
            throw new IllegalStateException("cannot give a handle of " + this + ": it is closed", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // --- in ---------------------------------------------------------------------------------------------------------

    /** Begins to read, unless it is closed or the program reads nothing. */
    void start(@Nullable Consumer<? super Datagram> datagrams) {
        if (datagrams == null) {
            return;
        }
        try {
            use.begin();
        } catch (ClosedChannelException e) {
            LOG.debug("{} was closed as soon as it was bound", this);
            return;
        }
        startThread("handoff-udp-", () -> read(datagrams));
    }

    private void read(Consumer<? super Datagram> datagrams) {
        Poller poller = new Poller();
        DatagramMessage in = new DatagramMessage(DatagramMessage.MOST_BYTES);
        try {
            boolean resting = false;
            while (!ended) {
                await(poller, resting);
                CompletableFuture<Boolean> turn = new CompletableFuture<>();
                EventThread.get().enqueue(() -> turn.complete(tellAll(in, datagrams)));
                resting = !turn.join();
            }
        } catch (UnixException e) {
            LOG.error("no datagrams come to this worker on {} any more: {}", address(), e.getMessage());
            close();
        } finally {
            stopUsing();
        }
    }

    private void stopUsing() {
        try {
            use.end();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + this, e);
        }
    }

    private void await(Poller poller, boolean resting) throws UnixException {
        poller.clear();
        int woken = poller.add(wakeUp.fd(), Poller.IN);
        poller.add(fd, resting ? 0 : Poller.IN);
        poller.poll(resting ? REST_MILLIS : -1);
        if (poller.isReady(woken)) {
            wakeUp.reset();
        }
    }

    /** Gives false after a shortage, when a rest is due. */
    private boolean tellAll(DatagramMessage in, Consumer<? super Datagram> datagrams) {
        try {
            for (int count = 0; count < MOST_A_TURN && !ended && in.receive(fd); count++) {
                tell(in, datagrams);
            }
            return true;
        } catch (UnixException e) {
            shortages.warn(e.getMessage() + " on " + address() + ": next try in " + REST_MILLIS + " ms");
            return false;
        }
    }

    private static void tell(DatagramMessage in, Consumer<? super Datagram> datagrams) {
        if (in.sender() instanceof InetSocketAddress sender) {
            Datagram datagram = new Datagram(in.data(), sender);
            EventThread.call(() -> datagrams.accept(datagram));
        }
    }

    @Override
    public String toString() {
        return "UDP socket " + address();
    }
}
