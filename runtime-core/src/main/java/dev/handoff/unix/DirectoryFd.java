package dev.handoff.unix;

import java.nio.file.Path;

/** Opens directories, not to read them but to find through them what is in them, or to start in them: O_PATH, open(2). */
public final class DirectoryFd {
    private DirectoryFd() {}

    /**
     * A new descriptor of one, close-on-exec. It leads there when the directory was moved or removed, too.
     *
     * @throws UnixException naming the path, if it is not there or may not be entered
     */
    public static Fd open(Path directory) throws UnixException {
        int opened = Native.LIBC.open(directory.toString(), Native.O_PATH | Native.O_CLOEXEC, 0);
        return new Fd(Native.check(opened, "cannot open " + directory));
    }
}
