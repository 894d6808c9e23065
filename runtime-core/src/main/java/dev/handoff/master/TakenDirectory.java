package dev.handoff.master;

import dev.handoff.unix.ExclusiveLock;
import dev.handoff.wire.RuntimePaths;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory that is one master's as long as that holds the lock in it. One thread at a time.
 *
 * <p>The lock is on a file that its last holder removes, so that whoever gets it looks once more whether the path still
 * leads to the file that it locked. The directory itself is locked as well: that decides nothing, but programs that
 * remove what is old from directories for temporary files leave such a one alone, see systemd-tmpfiles(8).
 */
final class TakenDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TakenDirectory.class);

    private final RuntimePaths paths;
    private final Object lockFile;
    private final List<AutoCloseable> locks = new ArrayList<>();

    private TakenDirectory(RuntimePaths paths, AutoCloseable lock, Object lockFile) {
        this.paths = paths;
        this.lockFile = lockFile;
        locks.add(lock);
    }

    /**
     * Takes a directory, which is made if it is not there, and throws out what a dead master left. Whoever cleans up may
     * remove it between any two steps.
     *
     * @return nothing if it did not work this time
     * @throws IOException if it is unsafe or cannot be made
     */
    static Optional<TakenDirectory> tryToTake(RuntimePaths paths, FileLocks locks) throws IOException {
        try {
            RuntimeRoot.prepareOwn(paths.directory());
            Object file = createLock(paths.lock());
            Optional<AutoCloseable> lock = file == null ? Optional.empty() : tryLock(paths, locks);
            return file == null || lock.isEmpty()
                    ? Optional.empty()
                    : new TakenDirectory(paths, lock.get(), file).moveIn();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
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

    /** The lock file's key; null if it was removed in this very moment. */
    private static @Nullable Object createLock(Path file) throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            return fileKey(file);
        } catch (NoSuchFileException e) {
            return null;
        }
        return fileKey(file);
    }

    private static @Nullable Object fileKey(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private void furnish() throws IOException {
        for (Path left : contents()) {
            Files.deleteIfExists(left);
        }
        LockHolder.ourselves().write(paths.lock());
        Files.createDirectory(
                paths.boards(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        lockDirectory();
    }

    private void lockDirectory() {
        try {
            ExclusiveLock.tryLockDirectory(paths.directory()).ifPresent(locks::add);
        } catch (IOException e) {
            LOG.debug("what removes old files may remove those in {}", paths.directory(), e);
        }
    }

    /** All but the lock, the deepest first; links are not followed. */
    private List<Path> contents() throws IOException {
        try (Stream<Path> tree = Files.walk(paths.directory())) {
            return tree.filter(path -> !path.equals(paths.directory()) && !path.equals(paths.lock()))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    RuntimePaths paths() {
        return paths;
    }

    /** Whether the path still leads to what was locked. */
    boolean isInPlace() throws IOException {
        return lockFile.equals(fileKey(paths.lock()));
    }

    /** Removes the directory with all in it, unless it is no longer the one that was taken, and gives up the locks last. */
    @Override
    public void close() throws IOException {
        try {
            if (isInPlace()) {
                removeAll();
            }
        } finally {
            giveUpLocks();
        }
    }

    private void removeAll() throws IOException {
        List<Path> doomed = new ArrayList<>(contents());
        doomed.addAll(List.of(paths.lock(), paths.directory()));
        IOException first = null;
        for (Path path : doomed) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
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
