package dev.handoff.forks;

import dev.handoff.process.spi.Logs;
import dev.handoff.unix.ExclusiveLock;
import dev.handoff.wire.RuntimeFiles;
import dev.handoff.wire.RuntimePaths;
import dev.handoff.wire.SocketDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.slf4j.Logger;

/**
 * The directory in which workers find their master, which only this user can enter. The master holds the lock in it: its orphans
 * remove the directory once they get that. One thread at a time.
 */
final class ForkDirectory implements AutoCloseable {
    private static final Logger LOG = Logs.of(ForkDirectory.class);

    private final RuntimePaths paths;
    private final ExclusiveLock lock;

    private ForkDirectory(RuntimePaths paths, ExclusiveLock lock) {
        this.paths = paths;
        this.lock = lock;
    }

    /** Makes one. */
    static ForkDirectory open() throws IOException {
        Path directory = SocketDirectory.create();
        RuntimePaths paths = new RuntimePaths(directory);
        try {
            ExclusiveLock lock = ExclusiveLock.tryLock(paths.lock())
                    .orElseThrow(() -> new IOException("another process holds " + paths.lock()));
            return new ForkDirectory(paths, lock);
        } catch (IOException e) {
            RuntimeFiles.removeAll(paths);
            throw e;
        }
    }

    /** Whether it is still there: what removes old files may have taken it. */
    boolean isInPlace() {
        return Files.exists(paths.lock());
    }

    /** What lies where in it. */
    RuntimePaths paths() {
        return paths;
    }

    /** Removes what a worker was told of itself, if it has not read that. */
    void removeRole(int workerId) {
        try {
            RuntimeFiles.remove(paths.role(workerId));
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}; it goes with the directory", paths.role(workerId), e.toString());
        }
    }

    /** Removes it with all in it. */
    @Override
    public void close() {
        try {
            RuntimeFiles.removeAll(paths);
        } catch (NoSuchFileException e) {
            LOG.debug("{} was removed already", paths.directory());
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", paths.directory(), e.toString());
        } finally {
            lock.close();
        }
    }
}
