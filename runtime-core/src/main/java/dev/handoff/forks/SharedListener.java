package dev.handoff.forks;

import dev.handoff.acceptor.Acceptor;
import dev.handoff.acceptor.Listener;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.NoThreadException;
import dev.handoff.process.spi.Threads;
import dev.handoff.wire.ListenAnswer;
import dev.handoff.wire.Place;
import dev.handoff.wire.RuntimeFiles;
import dev.handoff.wire.RuntimePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;

/**
 * An address that the master has opened for the workers that asked for it, with an acceptor of its own. What that reports comes on
 * the acceptor's thread. A worker has what it asked for when its lane has opened, and takes what is under way until that has drained.
 */
final class SharedListener extends SharedPlace implements Acceptor.Events {
    private static final Logger LOG = Logs.of(SharedListener.class);

    /** Who hears of lanes. Called on the acceptor's thread. */
    interface Audience {
        /** A worker gets connections from there. */
        void onListening(int workerId, ListenAddress address);

        /** A worker said on its lane what makes no sense. */
        void onLaneBroken(int workerId, String reason);
    }

    private volatile Path rendezvous;
    private final Acceptor acceptor;
    private final Audience audience;

    private SharedListener(int key, Path rendezvous, ClusterSettings settings, Listener listener, Audience audience)
            throws IOException {
        super(key, listener.address());
        this.rendezvous = rendezvous;
        this.audience = audience;
        this.acceptor = new Acceptor(rendezvous, settings, List.of(listener), this);
    }

    /**
     * Opens one, and begins to accept as soon as a worker can take a connection.
     *
     * @throws IOException naming the address and the reason
     */
    static SharedListener open(int key, Place place, Path rendezvous, ClusterSettings settings, Audience audience)
            throws IOException {
        Listener listener = Listener.open(0, place.options());
        SharedListener shared;
        try {
            shared = new SharedListener(key, rendezvous, settings, listener, audience);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        shared.accept();
        return shared;
    }

    private void accept() throws NoThreadException {
        try {
            acceptor.start((thread, failure) -> LOG.error("no client is accepted on {} any more", address(), failure));
        } catch (NoThreadException e) {
            close();
            throw e;
        }
    }

    @Override
    void moveTo(RuntimePaths paths) throws IOException {
        Path place = paths.rendezvous(key());
        if (Files.notExists(place)) {
            acceptor.listenAgain(place);
            rendezvous = place;
        }
    }

    /** It may open its lane. */
    @Override
    Admission admit(ForkedProcess worker) {
        acceptor.expect(worker.id(), worker.slot(), worker.pid(), worker.token());
        return Admission.of(ListenAnswer.yes(key(), address(), rendezvous.toString()));
    }

    @Override
    void drain(int workerId) {
        acceptor.drain(workerId);
    }

    @Override
    void drainLast(int workerId) {
        acceptor.stopListening().thenRun(() -> acceptor.drain(workerId));
    }

    @Override
    void remove(int workerId) {
        acceptor.workerExited(workerId);
    }

    /** Elsewhere: it waits for the acceptor's thread. The process is not to end before the files are gone. */
    @Override
    void shut() {
        Threads.startSoon(Threads.keeping("handoff-close-" + key(), this::close));
    }

    private void close() {
        acceptor.close();
        try {
            RuntimeFiles.remove(rendezvous);
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}; it goes with the directory", rendezvous, e.toString());
        }
        closed().complete(null);
    }

    // --- on the acceptor's thread -----------------------------------------------------------------------------------

    @Override
    public void onLanesOpen(int workerId) {
        acceptor.workerReady(workerId, List.of());
        audience.onListening(workerId, address());
    }

    /** What it has not acknowledged waits for its end, which is to follow: it leaves, or is dead already. */
    @Override
    public void onLaneFailed(int workerId, String reason) {
        LOG.debug("the lane of worker {} for {} has failed: {}", workerId, address(), reason);
    }

    @Override
    public void onLaneBroken(int workerId, String reason) {
        audience.onLaneBroken(workerId, reason);
    }
}
