package dev.handoff.unix;

import java.nio.file.Path;
import java.util.Optional;
import jnr.constants.platform.Errno;

/**
 * A lock on a file or a directory for the life of the process or until it is closed: flock(2), which, unlike the locks of
 * {@link java.nio.channels.FileChannel}, no other close of the same file in this process gives up.
 */
public final class ExclusiveLock implements AutoCloseable {
    private static final int OWNER_ONLY = 0600;

    private final Fd file;

    private ExclusiveLock(Fd file) {
        this.file = file;
    }

    /**
     * Locks a file, which is made if it is not there.
     *
     * @return nothing if another process holds it
     */
    public static Optional<ExclusiveLock> tryLock(Path path) throws UnixException {
        int opened = open(path, Native.O_CREAT);
        return lock(new Fd(Native.check(opened, "cannot open " + path)), path);
    }

    /**
     * Locks a file that is there.
     *
     * @return nothing if it is not there, or another process holds it
     */
    public static Optional<ExclusiveLock> tryLockExisting(Path path) throws UnixException {
        int opened = open(path, 0);
        if (opened < 0 && Native.errno() == Errno.ENOENT.intValue()) {
            return Optional.empty();
        }
        return lock(new Fd(Native.check(opened, "cannot open " + path)), path);
    }

    /**
     * Locks a directory that is there.
     *
     * @return nothing if another process holds it
     */
    public static Optional<ExclusiveLock> tryLockDirectory(Path path) throws UnixException {
        int opened = Native.LIBC.open(path.toString(), Native.O_RDONLY | Native.O_CLOEXEC, 0);
        return lock(new Fd(Native.check(opened, "cannot open " + path)), path);
    }

    private static int open(Path path, int flags) {
        return Native.LIBC.open(path.toString(), Native.O_RDWR | Native.O_CLOEXEC | flags, OWNER_ONLY);
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
