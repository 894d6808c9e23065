package dev.handoff.master;

import dev.handoff.cluster.StartException;
import dev.handoff.wire.RuntimePaths;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory in which workers and commands find this master, locked as long as it lives. One thread at a time.
 *
 * <p>The lock is taken on a file that its last holder removes, so that whoever gets it looks once more whether the path
 * still leads to the file that it locked. Workers of a master that was killed take the lock too, to clean up behind it:
 * a lock whose holder is no living master is waited for.
 */
final class RuntimeDirectory implements AutoCloseable {
    private static final Duration CLEANING_LIMIT = Duration.ofSeconds(3);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final RuntimePaths paths;
    private final String name;
    private final FileLocks locks;
    private Held held;

    /** A lock, and what tells the file that it is on from another in its place. */
    private record Held(AutoCloseable lock, Object fileKey) {}

    private RuntimeDirectory(RuntimePaths paths, String name, FileLocks locks, Held held) {
        this.paths = paths;
        this.name = name;
        this.locks = locks;
        this.held = held;
    }

    /**
     * Takes the first usable of these places.
     *
     * @param roots see {@link RuntimeRoot#candidates}
     * @throws StartException with exit code 12 if the name is taken or no place is usable; the message says why each
     */
    static RuntimeDirectory open(List<Path> roots, ClusterName names, FileLocks locks) {
        List<String> reasons = new ArrayList<>();
        for (Path root : roots) {
            try {
                RuntimeRoot.prepare(root);
                return open(root, names, locks);
            } catch (IOException e) {
                reasons.add(reason(e));
            }
        }
        throw refused("no runtime directory can be used: " + String.join("; ", reasons), null);
    }

    private static String reason(IOException e) {
        return e.getClass() == IOException.class && e.getMessage() != null ? e.getMessage() : e.toString();
    }

    private static RuntimeDirectory open(Path root, ClusterName names, FileLocks locks) throws IOException {
        String taken = "";
        for (String name : names.candidates()) {
            RuntimePaths paths = new RuntimePaths(root.resolve(name));
            RuntimeRoot.checkLength(paths);
            Optional<Held> held = take(paths, locks);
            if (held.isPresent()) {
                return new RuntimeDirectory(paths, name, locks, held.get());
            }
            taken = "the name " + name + " is taken: " + holder(paths) + " holds " + paths.lock();
        }
        throw refused(taken + "; stop it, or choose another name", null);
    }

    private static String holder(RuntimePaths paths) throws IOException {
        return LockHolder.read(paths.lock())
                .map(master -> "pid " + master.pid())
                .orElse("another process");
    }

    /** Waits for a lock only if no living master says that it is its own. */
    private static Optional<Held> take(RuntimePaths paths, FileLocks locks) throws IOException {
        long deadline = System.nanoTime() + CLEANING_LIMIT.toNanos();
        while (true) {
            Optional<Held> held = tryToTake(paths, locks);
            if (held.isPresent() || isAlive(paths) || System.nanoTime() > deadline) {
                return held;
            }
            pause();
        }
    }

    private static boolean isAlive(RuntimePaths paths) throws IOException {
        Optional<LockHolder> holder = LockHolder.read(paths.lock());
        return holder.isPresent() && holder.get().isAlive();
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refused("interrupted while waiting for a dead master's workers to clean up", e);
        }
    }

    /** Whoever cleans up may remove the directory between any two of these steps: then it is tried again. */
    private static Optional<Held> tryToTake(RuntimePaths paths, FileLocks locks) throws IOException {
        try {
            RuntimeRoot.prepareOwn(paths.directory());
            Object file = createLock(paths.lock());
            Optional<AutoCloseable> lock = file == null ? Optional.empty() : tryLock(paths, locks);
            return file == null || lock.isEmpty() ? Optional.empty() : moveIn(paths, new Held(lock.get(), file));
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

    private static Optional<Held> moveIn(RuntimePaths paths, Held held) throws IOException {
        boolean moved = false;
        try {
            if (held.fileKey().equals(fileKey(paths.lock()))) {
                furnish(paths);
                moved = true;
            }
            return moved ? Optional.of(held) : Optional.empty();
        } finally {
            if (!moved) {
                release(held.lock());
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

    /** Throws out what a dead master left, and moves in. */
    private static void furnish(RuntimePaths paths) throws IOException {
        for (Path left : contents(paths)) {
            Files.deleteIfExists(left);
        }
        LockHolder.ourselves().write(paths.lock());
        Files.createDirectory(
                paths.boards(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** All but the lock, the deepest first; links are not followed. */
    private static List<Path> contents(RuntimePaths paths) throws IOException {
        try (Stream<Path> tree = Files.walk(paths.directory())) {
            return tree.filter(path -> !path.equals(paths.directory()) && !path.equals(paths.lock()))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    /** Paths of sockets and pages. */
    RuntimePaths paths() {
        return paths;
    }

    /** The name under which the cluster appears. */
    String name() {
        return name;
    }

    /**
     * Makes the directory again if somebody removed it, as a log-out does with {@code $XDG_RUNTIME_DIR}.
     *
     * @return true if it was made again: sockets have to be bound again, and pages made
     * @throws StartException if another master has taken the place
     * @throws IOException if it cannot be made now
     */
    boolean recreateIfMissing() throws IOException {
        if (isOurs()) {
            return false;
        }
        Path root = paths.directory().getParent();
        if (root != null) {
            RuntimeRoot.prepare(root);
        }
        Held again = take(paths, locks)
                .orElseThrow(() -> refused(
                        paths.directory() + " was removed and then taken by another master; no worker can be started",
                        null));
        release(held.lock());
        held = again;
        return true;
    }

    private boolean isOurs() throws IOException {
        return held.fileKey().equals(fileKey(paths.lock()));
    }

    /** Removes the directory with all in it, unless it is no longer ours, and gives up the lock last. */
    @Override
    public void close() throws IOException {
        try {
            if (isOurs()) {
                removeAll();
            }
        } finally {
            release(held.lock());
        }
    }

    private void removeAll() throws IOException {
        List<Path> doomed = new ArrayList<>(contents(paths));
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

    private static void release(AutoCloseable lock) throws IOException {
        try {
            lock.close();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("cannot give up a lock", e);
        }
    }

    private static StartException refused(String message, @Nullable Throwable cause) {
        StartException refused = new StartException(StartException.NO_RUNTIME_DIRECTORY, message);
        if (cause != null) {
            refused.initCause(cause);
        }
        return refused;
    }
}
