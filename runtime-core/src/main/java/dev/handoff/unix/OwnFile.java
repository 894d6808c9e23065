package dev.handoff.unix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;

/**
 * A file, socket or empty directory that this project has created, identified by its device and inode: another program may have put a
 * file at the same path since. This is the only class that deletes files, and it deletes one path at a time. Links are not followed.
 *
 * <p>An inode number is free again when its file is removed and no process has it open. So a caller that keeps one of these objects must
 * keep the file open, or its socket bound.
 */
public final class OwnFile {
    private static final int TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private final Path path;
    private final Object key;

    private OwnFile(Path path, Object key) {
        this.path = path;
        this.key = key;
    }

    /** The file at a path now; empty if there is none. */
    public static Optional<OwnFile> at(Path path) throws IOException {
        return key(path).map(key -> new OwnFile(path, key));
    }

    private static Optional<Object> key(Path path) throws IOException {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return Optional.of(Objects.requireNonNull(attributes.fileKey(), "every file of Linux has an inode"));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** The path at which it was found. */
    public Path path() {
        return path;
    }

    /** Whether the path still leads to it. */
    public boolean isInPlace() throws IOException {
        return key(path).filter(key::equals).isPresent();
    }

    /** Whether it is a Unix socket. */
    boolean isSocket() throws IOException {
        try {
            int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return (mode & TYPE) == SOCKET;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /**
     * Removes the file, if it is still the one at its path.
     *
     * @return whether it was removed
     * @throws java.nio.file.DirectoryNotEmptyException if it is a directory that is not empty
     */
    public boolean remove() throws IOException {
        return isInPlace() && Files.deleteIfExists(path);
    }
}
