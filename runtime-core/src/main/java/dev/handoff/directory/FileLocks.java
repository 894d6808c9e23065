package dev.handoff.directory;

import dev.handoff.unix.ExclusiveLock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** flock(2). */
@FunctionalInterface
interface FileLocks {

    /**
     * Locks a file for as long as what is returned stays open.
     *
     * @return empty if another holds it
     */
    Optional<AutoCloseable> tryLock(Path file) throws IOException;

    /** The kernel's. */
    static FileLocks flock() {
        return file -> ExclusiveLock.tryLock(file).map(lock -> lock);
    }
}
