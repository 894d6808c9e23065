package dev.handoff.unix;

import jnr.ffi.types.ssize_t;
import jnr.ffi.types.u_int64_t;

/**
 * The calls of glibc that this project makes, by their names in the manual's section 2. Addresses are raw longs, which
 * keeps JNR on its numeric path: no marshalling, no garbage. Public only because JNR implements it from another class
 * loader; use the classes beside it.
 *
 * <p>Kept small: JNR generates code for each method when a process starts.
 */
@SuppressWarnings("checkstyle:MethodName")
public interface LibC {
    int socket(int domain, int type, int protocol);

    int bind(int fd, @u_int64_t long address, int length);

    int listen(int fd, int backlog);

    int connect(int fd, @u_int64_t long address, int length);

    int accept4(int fd, @u_int64_t long address, @u_int64_t long length, int flags);

    int getsockname(int fd, @u_int64_t long address, @u_int64_t long length);

    int setsockopt(int fd, int level, int name, @u_int64_t long value, int length);

    int getsockopt(int fd, int level, int name, @u_int64_t long value, @u_int64_t long length);

    @ssize_t
    long sendmsg(int fd, @u_int64_t long header, int flags);

    @ssize_t
    long recvmsg(int fd, @u_int64_t long header, int flags);

    @ssize_t
    long recv(int fd, @u_int64_t long buffer, @u_int64_t long length, int flags);

    @ssize_t
    long send(int fd, @u_int64_t long buffer, @u_int64_t long length, int flags);

    int poll(@u_int64_t long pollfds, @u_int64_t long count, int timeoutMillis);

    int eventfd(int initial, int flags);

    @ssize_t
    long read(int fd, @u_int64_t long buffer, @u_int64_t long length);

    @ssize_t
    long write(int fd, @u_int64_t long buffer, @u_int64_t long length);

    int pipe2(@u_int64_t long descriptors, int flags);

    int fcntl(int fd, int command, @u_int64_t long argument);

    int open(@u_int64_t long path, int flags, int mode);

    int flock(int fd, int operation);

    int shutdown(int fd, int how);

    int kill(int pid, int signal);

    int pthread_sigmask(int how, @u_int64_t long set, @u_int64_t long before);

    int waitpid(int pid, @u_int64_t long status, int options);

    int geteuid();

    int close(int fd);
}
