package dev.handoff.unix;

import java.nio.file.Path;

/** Opens directories to find files through them, or to start programs in them, but not to read them: O_PATH, open(2). */
public final class DirectoryFd {
    private DirectoryFd() {}

    /**
     * A new descriptor of a directory, close-on-exec. It stays valid when the directory is moved or removed.
     *
     * @throws UnixException naming the path, if it does not exist or may not be entered
     */
    public static Fd open(Path directory) throws UnixException {
        int opened = Native.open(directory, Native.O_PATH | Native.O_CLOEXEC, 0);
        return new Fd(Native.check(opened, "cannot open " + directory));
    }
}
