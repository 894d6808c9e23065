package dev.handoff.unix;

import java.nio.file.Path;
import java.util.Optional;
import jnr.constants.platform.Errno;

/**
 * A lock on a file for the life of the process or until it is closed: flock(2), which, unlike the locks of
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
        Fd file = new Fd(Native.check(
                Native.LIBC.open(path.toString(), Native.O_RDWR | Native.O_CREAT | Native.O_CLOEXEC, OWNER_ONLY),
                "cannot open " + path));
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
