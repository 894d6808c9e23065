package dev.handoff.directory;

import dev.handoff.process.spi.Logs;
import dev.handoff.unix.Directories;
import dev.handoff.unix.ExclusiveLock;
import dev.handoff.unix.OwnFile;
import dev.handoff.wire.RuntimeFiles;
import dev.handoff.wire.RuntimePaths;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * A directory that is one master's as long as that holds the lock in it. One thread at a time.
 *
 * <p>The lock is on a file that its last holder removes, so the next holder looks once more whether the path still
 * leads to the file that it locked. The directory itself is locked as well: that decides nothing, but programs that
 * remove what is old from directories for temporary files leave such a one alone, see systemd-tmpfiles(8).
 */
final class TakenDirectory implements AutoCloseable {
    private static final Logger LOG = Logs.of(TakenDirectory.class);

    private final RuntimePaths paths;
    private final OwnFile directory;
    private final OwnFile lockFile;
    private final List<AutoCloseable> locks = new ArrayList<>();

    private TakenDirectory(RuntimePaths paths, OwnFile directory, OwnFile lockFile, AutoCloseable lock) {
        this.paths = paths;
        this.directory = directory;
        this.lockFile = lockFile;
        locks.add(lock);
    }

    /**
     * Takes a directory, which is made if it is not there, and removes what a dead master left. Who cleans up may
     * remove it between any two steps.
     *
     * @return nothing if it did not work this time
     * @throws IOException if it is unsafe, holds files and no lock file, or cannot be made
     */
    static Optional<TakenDirectory> tryToTake(RuntimePaths paths, FileLocks locks) throws IOException {
        return tryToTake(paths, locks, null);
    }

    /** Takes a directory that may be this one, with its lock file gone. As {@link #tryToTake(RuntimePaths, FileLocks)}. */
    Optional<TakenDirectory> tryToTakeAgain(RuntimePaths again, FileLocks fileLocks) throws IOException {
        return tryToTake(again, fileLocks, directory);
    }

    private static Optional<TakenDirectory> tryToTake(RuntimePaths paths, FileLocks locks, @Nullable OwnFile known)
            throws IOException {
        try {
            RuntimeRoot.prepareOwn(paths.directory());
            boolean ours = known != null && known.isInPlace() && known.path().equals(paths.directory());
            if (!ours) {
                checkThatItIsNoOthers(paths);
            }
            OwnFile directory = existing(paths.directory());
            OwnFile file = createLock(paths.lock());
            Optional<AutoCloseable> lock = tryLock(paths, locks);
            return lock.isEmpty() ? Optional.empty() : new TakenDirectory(paths, directory, file, lock.get()).moveIn();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static OwnFile existing(Path path) throws IOException {
        return OwnFile.at(path).orElseThrow(() -> new NoSuchFileException(path.toString()));
    }

    /** A directory with files in it is one of ours only by the lock file: the rest could be anybody's. */
    private static void checkThatItIsNoOthers(RuntimePaths paths) throws IOException {
        if (hasLockFile(paths)) {
            return;
        }
        List<Path> contents = Directories.contents(paths.directory());
        // Another master may have moved in since the first look.
        if (!contents.isEmpty() && !hasLockFile(paths)) {
            throw new IOException(
                    paths.directory() + " holds files (" + contents.get(0).getFileName()
                            + ") and no lock file of a cluster: it is used for something else; choose another name or another run"
                            + " directory, or empty it");
        }
    }

    private static boolean hasLockFile(RuntimePaths paths) throws IOException {
        return Files.isRegularFile(paths.lock(), LinkOption.NOFOLLOW_LINKS) && LockHolder.isLockFile(paths.lock());
    }

    private static Optional<AutoCloseable> tryLock(RuntimePaths paths, FileLocks locks) throws IOException {
        try {
            return locks.tryLock(paths.lock());
        } catch (IOException e) {
            if (Files.notExists(paths.directory())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Optional<TakenDirectory> moveIn() throws IOException {
        boolean moved = false;
        try {
            if (isInPlace()) {
                furnish();
                moved = true;
            }
            return moved ? Optional.of(this) : Optional.empty();
        } finally {
            if (!moved) {
                giveUpLocks();
            }
        }
    }

    private static OwnFile createLock(Path file) throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            LOG.debug("{} is there already", file);
        }
        return existing(file);
    }

    private void furnish() throws IOException {
        RuntimeFiles.clear(paths);
        LockHolder.ourselves().write(paths.lock());
        RuntimeRoot.prepareOwn(paths.boards());
        lockDirectory();
    }

    private void lockDirectory() {
        try {
            ExclusiveLock.tryLockDirectory(paths.directory()).ifPresent(locks::add);
        } catch (IOException e) {
            LOG.debug("what removes old files may remove those in {}", paths.directory(), e);
        }
    }

    RuntimePaths paths() {
        return paths;
    }

    /**
     * Makes the directory of scoreboard pages again if it is not there. What lies in its place has a name of ours, and goes.
     *
     * @return false if it is there
     */
    boolean recreateBoardsIfMissing() throws IOException {
        if (Files.isDirectory(paths.boards(), LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        RuntimeFiles.remove(paths.boards());
        RuntimeRoot.prepareOwn(paths.boards());
        return true;
    }

    /** Whether the path still leads to what was locked. */
    boolean isInPlace() throws IOException {
        return lockFile.isInPlace();
    }

    /** Removes what is ours, unless the directory is no longer the one that was taken, and gives up the locks last. */
    @Override
    public void close() throws IOException {
        try {
            if (isInPlace()) {
                RuntimeFiles.removeAll(paths);
            }
        } catch (NoSuchFileException e) {
            LOG.debug("{} was removed already", paths.directory(), e);
        } finally {
            giveUpLocks();
        }
    }

    private void giveUpLocks() throws IOException {
        for (AutoCloseable lock : locks) {
            try {
                lock.close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException("cannot give up a lock", e);
            }
        }
    }
}
