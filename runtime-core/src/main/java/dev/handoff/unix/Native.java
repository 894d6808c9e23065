package dev.handoff.unix;

import java.lang.ref.Reference;
import java.nio.file.Path;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** libc, the constants of its headers on Linux, and the step from errno to an exception. */
final class Native {
    static {
        NativeDirectory.prepare();
    }

    static final LibC LIBC = LibraryLoader.create(LibC.class).load("c");
    static final Runtime RUNTIME = Runtime.getRuntime(LIBC);

    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_SEQPACKET = 5;
    static final int SOCK_NONBLOCK = 0x800;
    static final int SOCK_CLOEXEC = 0x80000;

    static final int SOL_SOCKET = 1;
    static final int SO_TYPE = 3;
    static final int SO_ERROR = 4;
    static final int SO_ACCEPTCONN = 30;
    static final int SO_REUSEADDR = 2;
    static final int SO_SNDBUF = 7;
    static final int SO_KEEPALIVE = 9;
    static final int SO_REUSEPORT = 15;
    static final int SO_PEERCRED = 17;
    static final int SO_ATTACH_FILTER = 26;
    static final int SO_DOMAIN = 39;

    static final int IPPROTO_IP = 0;
    static final int IP_MINTTL = 21;

    static final int IPPROTO_TCP = 6;
    static final int TCP_KEEPIDLE = 4;
    static final int TCP_KEEPINTVL = 5;
    static final int TCP_KEEPCNT = 6;
    static final int TCP_INFO = 11;
    static final int IPPROTO_IPV6 = 41;
    static final int IPV6_V6ONLY = 26;
    static final int IPV6_MINHOPCOUNT = 73;

    static final int SHUT_WR = 1;

    static final int SCM_RIGHTS = 1;
    static final int MSG_PEEK = 0x2;
    static final int MSG_CTRUNC = 0x8;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_CMSG_CLOEXEC = 0x40000000;

    static final int EFD_NONBLOCK = 0x800;
    static final int EFD_CLOEXEC = 0x80000;

    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0x40;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;
    static final int O_PATH = 0x200000;

    static final int F_GETFL = 3;
    static final int F_SETFL = 4;
    static final int F_DUPFD_CLOEXEC = 1030;
    static final int F_SETPIPE_SZ = 1031;

    static final int LOCK_EX = 2;
    static final int LOCK_NB = 4;

    private Native() {}

    static Pointer allocate(int bytes) {
        return Memory.allocateDirect(RUNTIME, bytes, true);
    }

    /** The error number of this thread's last failed call. */
    static int errno() {
        return RUNTIME.getLastError();
    }

    /**
     * Turns a failed call into an exception.
     *
     * @param what what was tried, and on what: the beginning of the message
     */
    static int check(int result, String what) throws UnixException {
        if (result < 0) {
            throw new UnixException(what, errno());
        }
        return result;
    }

    /** Opens a file; gives its descriptor, or -1, and then there is an {@link #errno}. */
    static int open(Path file, int flags, int mode) {
        Pointer path = PathBytes.inMemory(file);
        try {
            return LIBC.open(path.address(), flags, mode);
        } finally {
            Reference.reachabilityFence(path);
        }
    }

    /** Sets an option whose value is a C int. */
    static void setOption(int fd, int level, int option, int value, String what) throws UnixException {
        Pointer word = allocate(Integer.BYTES);
        word.putInt(0, value);
        setOption(fd, level, option, word, Integer.BYTES, what);
    }

    /** Sets an option whose value is a block of memory. */
    static void setOption(int fd, int level, int option, Pointer value, int length, String what) throws UnixException {
        try {
            check(LIBC.setsockopt(fd, level, option, value.address(), length), what);
        } finally {
            // The address alone does not keep the memory alive: it could be freed during the call.
            Reference.reachabilityFence(value);
        }
    }

    /** Makes a descriptor non-blocking, and all others of the same open file. */
    static void makeNonBlocking(Fd fd) throws UnixException {
        int flags = check(LIBC.fcntl(fd.number(), F_GETFL, 0), "cannot ask for a descriptor's flags");
        check(LIBC.fcntl(fd.number(), F_SETFL, flags | O_NONBLOCK), "cannot make a descriptor non-blocking");
    }

    /** Binds a socket to the address in a block of memory. */
    static void bind(int fd, Pointer address, int length, String what) throws UnixException {
        try {
            check(LIBC.bind(fd, address.address(), length), what);
        } finally {
            Reference.reachabilityFence(address);
        }
    }

    /** Connects a socket to the address in a block of memory; gives 0 or a negative errno. */
    static int connect(int fd, Pointer address, int length) {
        try {
            return LIBC.connect(fd, address.address(), length) == 0 ? 0 : -errno();
        } finally {
            Reference.reachabilityFence(address);
        }
    }
}
