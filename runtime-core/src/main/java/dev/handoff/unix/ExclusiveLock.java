package dev.handoff.unix;

import java.nio.file.Path;
import java.util.Optional;
import jnr.constants.platform.Errno;

/**
 * A lock on a file or a directory, until it is closed or the process ends: flock(2). Unlike a lock of {@link
 * java.nio.channels.FileChannel} it is not lost when this process closes another descriptor of the same file.
 */
public final class ExclusiveLock implements AutoCloseable {
    private static final int OWNER_ONLY = 0600;

    private final Fd file;

    private ExclusiveLock(Fd file) {
        this.file = file;
    }

    /**
     * Locks a file, which is created if it does not exist.
     *
     * @return empty if another process holds the lock
     */
    public static Optional<ExclusiveLock> tryLock(Path path) throws UnixException {
        int opened = open(path, Native.O_CREAT);
        return lock(new Fd(Native.check(opened, "cannot open " + path)), path);
    }

    /**
     * Locks an existing file.
     *
     * @return empty if it does not exist, or another process holds the lock
     */
    public static Optional<ExclusiveLock> tryLockExisting(Path path) throws UnixException {
        int opened = open(path, 0);
        if (opened < 0 && Native.errno() == Errno.ENOENT.intValue()) {
            return Optional.empty();
        }
        return lock(new Fd(Native.check(opened, "cannot open " + path)), path);
    }

    /**
     * Locks an existing directory.
     *
     * @return empty if another process holds the lock
     */
    public static Optional<ExclusiveLock> tryLockDirectory(Path path) throws UnixException {
        int opened = Native.open(path, Native.O_RDONLY | Native.O_CLOEXEC, 0);
        return lock(new Fd(Native.check(opened, "cannot open " + path)), path);
    }

    private static int open(Path path, int flags) {
        return Native.open(path, Native.O_RDWR | Native.O_CLOEXEC | flags, OWNER_ONLY);
    }

    private static Optional<ExclusiveLock> lock(Fd file, Path path) throws UnixException {
        if (Native.LIBC.flock(file.number(), Native.LOCK_EX | Native.LOCK_NB) == 0) {
            return Optional.of(new ExclusiveLock(file));
        }
        int errno = Native.errno();
        file.close();
        if (errno == Errno.EWOULDBLOCK.intValue()) {
            return Optional.empty();
        }
        throw new UnixException("cannot lock " + path, errno);
    }

    @Override
    public void close() {
        file.close();
    }
}
