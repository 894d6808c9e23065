package dev.handoff.wire;

import dev.handoff.process.spi.Logs;
import dev.handoff.unix.Directories;
import dev.handoff.unix.OwnFile;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Removes the files of masters and workers from a runtime directory: only those with a name that {@link RuntimePaths} gives. Other
 * files stay. The caller holds the lock.
 */
public final class RuntimeFiles {
    private static final Logger LOG = Logs.of(RuntimeFiles.class);

    private final RuntimePaths paths;
    private @Nullable IOException failure;

    private RuntimeFiles(RuntimePaths paths) {
        this.paths = paths;
    }

    /**
     * Removes all but the lock and the directory.
     *
     * @throws IOException the first failure, with the others suppressed, after the rest was removed
     */
    public static void clear(RuntimePaths paths) throws IOException {
        RuntimeFiles files = new RuntimeFiles(paths);
        files.removeContents();
        files.tellFailure();
    }

    /**
     * Removes all, the lock and the directory last. These two stay if other files are there: the lock shows the next master that the
     * directory is a cluster's.
     *
     * @throws NoSuchFileException if the directory is gone
     * @throws IOException the first failure, with the others suppressed, after the rest was removed
     */
    public static void removeAll(RuntimePaths paths) throws IOException {
        RuntimeFiles files = new RuntimeFiles(paths);
        files.removeContents();
        files.removeDirectory();
        files.tellFailure();
    }

    /** Removes one file that has such a name, if it is there. */
    public static void remove(Path path) throws IOException {
        Optional<OwnFile> file = OwnFile.at(path);
        if (file.isPresent()) {
            file.get().remove();
        }
    }

    private void removeContents() throws IOException {
        for (Path path : Directories.contents(paths.directory())) {
            if (path.equals(paths.boards())) {
                removeBoards();
            } else if (paths.isFile(path)) {
                removeOrNote(path);
            }
        }
    }

    private void removeBoards() {
        if (!Files.isDirectory(paths.boards(), LinkOption.NOFOLLOW_LINKS)) {
            removeOrNote(paths.boards()); // a link would lead to the files of another
            return;
        }
        try {
            for (Path page : Directories.contents(paths.boards())) {
                if (paths.isBoard(page)) {
                    removeOrNote(page);
                }
            }
            removeIfEmpty(paths.boards());
        } catch (NoSuchFileException | NotDirectoryException e) {
            LOG.debug("{} is no directory of ours", paths.boards(), e);
        } catch (IOException e) {
            note(e);
        }
    }

    private void removeDirectory() throws IOException {
        List<Path> others = new ArrayList<>(Directories.contents(paths.directory()));
        others.remove(paths.lock());
        if (others.isEmpty()) {
            removeOrNote(paths.lock());
            removeIfEmpty(paths.directory());
        } else if (failure == null) {
            LOG.warn(
                    "{} stays, because it holds files that no cluster has put there: {}",
                    paths.directory(),
                    names(others));
        }
    }

    private static List<Path> names(List<Path> paths) {
        return paths.stream().map(Path::getFileName).toList();
    }

    private void removeOrNote(Path path) {
        try {
            remove(path);
        } catch (IOException e) {
            note(e);
        }
    }

    /** A file that was added meanwhile stays, and so does its directory. */
    private void removeIfEmpty(Path directory) {
        try {
            remove(directory);
        } catch (DirectoryNotEmptyException e) {
            LOG.debug("{} is not empty: it stays", directory, e);
        } catch (IOException e) {
            note(e);
        }
    }

    private void note(IOException next) {
        if (failure == null) {
            failure = next;
        } else {
            failure.addSuppressed(next);
        }
    }

    private void tellFailure() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }
}
