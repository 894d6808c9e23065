package dev.handoff.directory;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.StartException;
import dev.handoff.wire.RuntimePaths;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory in which workers and commands find this master, its own as long as it lives. Any thread.
 *
 * <p>Workers of a master that was killed take its lock, too, to clean up behind it: a lock whose holder is no living
 * master is waited for.
 */
public final class RuntimeDirectory implements AutoCloseable {
    private static final Duration CLEANING_LIMIT = Duration.ofSeconds(3);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final List<Path> roots;
    private final String name;
    private final FileLocks locks;
    private TakenDirectory taken;
    private boolean closed;

    private RuntimeDirectory(List<Path> roots, String name, FileLocks locks, TakenDirectory taken) {
        this.roots = roots;
        this.name = name;
        this.locks = locks;
        this.taken = taken;
    }

    /**
     * Takes the first usable place for the runtime directory of a cluster.
     *
     * @param settings which say its name and its place, or leave that to us
     * @param program what the cluster is called by if no name is said
     * @throws StartException with exit code 12 if the name is taken or no place is usable; the message says why each
     * @throws IOException if it cannot be found out where to look
     */
    public static RuntimeDirectory open(ClusterSettings settings, String program) throws IOException {
        String name = settings.text(Setting.NAME);
        ClusterName names =
                name.isEmpty() ? ClusterName.of(program, ProcessHandle.current().pid()) : ClusterName.given(name);
        Optional<Path> root = Optional.of(settings.text(Setting.RUN_DIRECTORY))
                .filter(text -> !text.isEmpty())
                .map(Path::of);
        return open(RuntimeRoot.candidates(root), names, FileLocks.flock());
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
                return open(root, roots, names, locks);
            } catch (IOException e) {
                reasons.add(reason(e));
            }
        }
        throw refused(noneUsable(reasons), null);
    }

    private static String noneUsable(List<String> reasons) {
        return "no runtime directory can be used: " + String.join("; ", reasons);
    }

    private static String reason(IOException e) {
        return e.getClass() == IOException.class && e.getMessage() != null ? e.getMessage() : e.toString();
    }

    private static RuntimeDirectory open(Path root, List<Path> roots, ClusterName names, FileLocks locks)
            throws IOException {
        String inUse = "";
        for (String name : names.candidates()) {
            RuntimePaths paths = new RuntimePaths(root.resolve(name));
            Optional<TakenDirectory> taken = take(paths, locks);
            if (taken.isPresent()) {
                return new RuntimeDirectory(roots, name, locks, taken.get());
            }
            inUse = "the name " + name + " is taken: " + holder(paths) + " holds " + paths.lock();
        }
        throw refused(inUse + "; stop it, or choose another name", null);
    }

    private static String holder(RuntimePaths paths) throws IOException {
        return LockHolder.read(paths.lock())
                .map(master -> "pid " + master.pid())
                .orElse("another process");
    }

    /** Waits for a lock only if no living master says that it is its own. */
    private static Optional<TakenDirectory> take(RuntimePaths paths, FileLocks locks) throws IOException {
        long deadline = System.nanoTime() + CLEANING_LIMIT.toNanos();
        while (true) {
            Optional<TakenDirectory> taken = TakenDirectory.tryToTake(paths, locks);
            if (taken.isPresent() || isAlive(paths) || System.nanoTime() > deadline) {
                return taken;
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

    /** Paths of sockets and pages, which change when the directory had to be made again elsewhere. */
    public synchronized RuntimePaths paths() {
        return taken.paths();
    }

    /** The name under which the cluster appears. */
    public String name() {
        return name;
    }

    /**
     * Makes the directory again if it was removed: in its place or, where that is impossible now, in the first place
     * that is possible. A log-out removes {@code $XDG_RUNTIME_DIR} itself. Never waits.
     *
     * @return true if it, or the directory of scoreboard pages in it, was made again
     * @throws IOException if it cannot be made now, with the reasons
     */
    public synchronized boolean recreateIfMissing() throws IOException {
        if (closed) {
            return false;
        }
        if (taken.isInPlace()) {
            return taken.recreateBoardsIfMissing();
        }
        List<String> reasons = new ArrayList<>();
        for (RuntimePaths place : placesAgain()) {
            try {
                return recreate(place);
            } catch (IOException e) {
                reasons.add(reason(e));
            }
        }
        throw new IOException(noneUsable(reasons));
    }

    private List<RuntimePaths> placesAgain() {
        return Stream.concat(Stream.of(taken.paths()), roots.stream().map(root -> new RuntimePaths(root.resolve(name))))
                .distinct()
                .toList();
    }

    private boolean recreate(RuntimePaths place) throws IOException {
        Path root = place.directory().getParent();
        if (root != null) {
            RuntimeRoot.prepare(root);
        }
        TakenDirectory before = taken;
        taken = before.tryToTakeAgain(place, locks)
                .orElseThrow(() -> new IOException(place.directory() + " is taken by another master"));
        before.close();
        return true;
    }

    /** Removes the directory with all in it, unless it is no longer ours. It is not made again after that. */
    @Override
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            taken.close();
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
