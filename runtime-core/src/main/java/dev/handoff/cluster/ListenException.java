package dev.handoff.cluster;

/** A worker could not listen. The message is one sentence that says where, and why. */
public class ListenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String errno;
    private final String address;

    /**
     * One.
     *
     * @param errno the error's name, such as {@code EADDRINUSE}
     * @param address where it was to listen
     */
    public ListenException(String errno, String address, String message) {
        super(message);
        this.errno = errno;
        this.address = address;
    }

    /**
     * The error's name as in errno(3): {@code EADDRINUSE}, {@code EACCES} …; {@code EBADF}, {@code ENOTSOCK} or {@code EINVAL} for
     * a descriptor that is not open, no socket, or one of another kind; {@code ENOTFOUND} for a host that nobody knows,
     * {@code ECANCELED} in a worker that is leaving, and {@code EIO} where there is none.
     */
    public String errno() {
        return errno;
    }

    /** Where it was to listen, such as {@code 127.0.0.1:80}. */
    public String address() {
        return address;
    }
}
