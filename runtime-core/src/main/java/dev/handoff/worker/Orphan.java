package dev.handoff.worker;

import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.Timer;
import dev.handoff.unix.ExclusiveLock;
import dev.handoff.unix.ListeningSocket;
import dev.handoff.unix.OwnFile;
import dev.handoff.wire.RuntimeFiles;
import dev.handoff.wire.RuntimePaths;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;

/** What a worker does when its master is gone: it removes the master's files, and ends soon. */
final class Orphan {
    /** The exit code of a worker whose master is gone. */
    static final int EXIT_CODE = 71;

    /** How long connections may go on after the master's end. */
    static final Duration DRAIN_LIMIT = Duration.ofSeconds(1);

    /** How long the process may live after the master's end. */
    static final Duration LIFE_LIMIT = Duration.ofMillis(1500);

    private static final Logger LOG = Logs.of(Orphan.class);

    private final long master;
    private final RuntimePaths paths;
    private final List<Path> sockets;

    /**
     * Nothing is done yet.
     *
     * @param master the process id of its master
     * @param sockets the files of the master's Unix listeners
     */
    Orphan(long master, RuntimePaths paths, List<Path> sockets) {
        this.master = master;
        this.paths = paths;
        this.sockets = sockets;
    }

    /**
     * Removes the cluster's runtime directory and the files of its Unix listeners, because a killed master could not. A successor that
     * has the directory already, or another worker that is removing it, holds the lock. Either may also have replaced or removed the file
     * between the look and the lock, so the file that was locked must still be the one that was seen.
     */
    void removeWhatTheMasterLeft() {
        try {
            removeOnce();
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", paths.directory(), e.getMessage());
        }
    }

    private void removeOnce() throws IOException {
        try {
            removeUnderTheLock();
        } catch (NoSuchFileException e) {
            LOG.debug("{} was removed already", paths.directory(), e);
            // By another worker, which may have known other sockets.
            removeSockets();
        }
    }

    private void removeUnderTheLock() throws IOException {
        OwnFile seen = OwnFile.at(paths.lock())
                .orElseThrow(() -> new NoSuchFileException(paths.lock().toString()));
        Optional<ExclusiveLock> lock = ExclusiveLock.tryLockExisting(paths.lock());
        if (lock.isPresent()) {
            if (seen.isInPlace()) {
                removeSockets();
                RuntimeFiles.removeAll(paths);
            }
            lock.get().close();
        }
    }

    /**
     * Called under the lock, or when the directory is gone: a successor of that name opens its own sockets only when it has the
     * directory. Other workers may still accept from these sockets, and so may this one.
     */
    private void removeSockets() throws IOException {
        for (Path socket : sockets) {
            if (ListeningSocket.removeIfLeftBy(master, socket)) {
                LOG.debug("{} was removed: its master is gone", socket);
            }
        }
    }

    /** Halts this process after that time, on {@code handoff-timer}: neither a blocked event loop nor a hook can prevent it. */
    static void haltAfter(Duration limit, int code) {
        Timer.after(limit, () -> Runtime.getRuntime().halt(code));
    }
}
