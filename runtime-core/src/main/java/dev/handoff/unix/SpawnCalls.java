package dev.handoff.unix;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.u_int64_t;
import org.jspecify.annotations.Nullable;

/**
 * The calls of glibc that start a process and wait for it, as in {@link LibC}. They are separate because few processes need them.
 * Public only because JNR implements it from another class loader.
 */
@SuppressWarnings("checkstyle:MethodName")
public interface SpawnCalls {
    /** Has no raw addresses as arguments, because JNR's numeric path passes the last of six wrongly. */
    int posix_spawn(
            @Out Pointer pid,
            Pointer path,
            Pointer actions,
            @Nullable Pointer attributes,
            Pointer words,
            Pointer environment);

    int posix_spawn_file_actions_init(@u_int64_t long actions);

    int posix_spawn_file_actions_addopen(@u_int64_t long actions, int fd, @u_int64_t long path, int flags, int mode);

    int posix_spawn_file_actions_addchdir_np(@u_int64_t long actions, @u_int64_t long path);

    int posix_spawn_file_actions_addclosefrom_np(@u_int64_t long actions, int from);

    int posix_spawn_file_actions_destroy(@u_int64_t long actions);

    int waitid(int type, int pid, @u_int64_t long information, int options);

    int waitpid(int pid, @u_int64_t long status, int options);
}
