package dev.handoff.unix;

import java.nio.file.Path;
import java.util.Optional;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;

/**
 * The path of a Unix socket for bind(2) and connect(2). The caller closes it after the call. An address has room for {@value #MOST_BYTES}
 * bytes (unix(7)). If a path is longer, its directory is opened, and the socket's file is reached through that descriptor: {@code
 * /proc/self/fd/7/control}. All sockets of this project are reached by this class.
 */
public final class SocketPath implements AutoCloseable {
    static final int MOST_BYTES = 107;

    static {
        NativeDirectory.prepare(); // a caller loads the control channel's library next
    }

    private final Path path;
    private final Optional<Fd> directory;

    private SocketPath(Path path, Optional<Fd> directory) {
        this.path = path;
        this.directory = directory;
    }

    /**
     * The path of a file, which need not exist.
     *
     * @throws UnixException if its directory cannot be opened, or ENAMETOOLONG if its name alone is too long
     */
    public static SocketPath of(Path file) throws UnixException {
        Path name = file.getFileName();
        if (length(file) <= MOST_BYTES || name == null) {
            return new SocketPath(file, Optional.empty());
        }
        Fd directory = DirectoryFd.open(file.resolveSibling("").toAbsolutePath());
        Path shorter = Path.of("/proc/self/fd/" + directory.number()).resolve(name);
        if (length(shorter) > MOST_BYTES) {
            directory.close();
            throw new UnixException(
                    "the name " + name + " has " + length(name)
                            + " bytes, too many for a Unix socket: its directory and it" + " may have " + MOST_BYTES
                            + " together, or the name some 80 alone",
                    Errno.ENAMETOOLONG.intValue());
        }
        return new SocketPath(shorter, Optional.of(directory));
    }

    private static int length(Path path) {
        return PathBytes.of(path).length;
    }

    /** A path to the same file that is short enough. It is valid until this is closed. */
    public Path path() {
        return path;
    }

    /** Writes it at the start of a block in the form of bind(2); gives its length. */
    int encode(Pointer memory) {
        return SocketAddressBytes.encode(path, memory);
    }

    @Override
    public void close() {
        directory.ifPresent(Fd::close);
    }
}
