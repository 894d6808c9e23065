package dev.handoff.forks;

import dev.handoff.cluster.ListenAddress;
import dev.handoff.unix.Fd;
import dev.handoff.unix.SocketFd;
import dev.handoff.wire.BoundDatagrams;
import dev.handoff.wire.ListenAnswer;
import dev.handoff.wire.Place;
import dev.handoff.wire.RuntimePaths;
import dev.handoff.wire.SocketHandle;
import java.io.IOException;
import java.util.Optional;

/**
 * A socket of UDP that the master has bound and never reads: workers get duplicates, and the kernel chooses among those who read.
 * What comes while there is no worker waits in the kernel for the next.
 */
final class SharedDatagrams extends SharedPlace {
    private final Fd socket;

    private SharedDatagrams(int key, Fd socket, ListenAddress address) {
        super(key, address);
        this.socket = socket;
    }

    /**
     * Binds one.
     *
     * @throws IOException naming the address and the reason
     */
    static SharedDatagrams open(int key, Place place) throws IOException {
        BoundDatagrams bound = BoundDatagrams.open(place.options());
        return new SharedDatagrams(key, bound.socket(), bound.address());
    }

    /** Nothing of it is there. */
    @Override
    void moveTo(RuntimePaths paths) {}

    @Override
    Admission admit(ForkedProcess worker) throws IOException {
        return new Admission(
                ListenAnswer.yes(key(), address(), ""), Optional.of(SocketHandle.of(SocketFd.duplicate(socket))));
    }

    /** Nothing is under way: what waits in the kernel belongs to no worker yet. */
    @Override
    void drain(int workerId) {}

    @Override
    void drainLast(int workerId) {}

    @Override
    void remove(int workerId) {}

    @Override
    void shut() {
        socket.close();
        closed().complete(null);
    }
}
