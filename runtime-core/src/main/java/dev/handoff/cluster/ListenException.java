package dev.handoff.cluster;

/** A worker could not listen. The message is one sentence that says on which address, and why. */
public class ListenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String errno;
    private final String address;

    /**
     * An exception.
     *
     * @param errno the error's name, such as {@code EADDRINUSE}
     * @param address where the worker wanted to listen
     */
    public ListenException(String errno, String address, String message) {
        super(message);
        this.errno = errno;
        this.address = address;
    }

    /**
     * The error's name as in errno(3): {@code EADDRINUSE}, {@code EACCES} …; {@code EBADF}, {@code ENOTSOCK} or {@code EINVAL} for
     * a descriptor that is not open, no socket, or one of another kind; {@code ENOTFOUND} for a host that cannot be resolved,
     * {@code ECANCELED} in a worker that is leaving, and {@code EIO} for an error without a name.
     */
    public String errno() {
        return errno;
    }

    /** Where the worker wanted to listen, such as {@code 127.0.0.1:80}. */
    public String address() {
        return address;
    }
}
