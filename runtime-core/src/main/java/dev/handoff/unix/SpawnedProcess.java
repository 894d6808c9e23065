package dev.handoff.unix;

import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.util.OptionalInt;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;

/** A child that {@link Spawn} has started, as a {@link Process} of the JDK. Its streams are files, so that it has none here. */
final class SpawnedProcess extends Process {
    private static final int P_PID = 1;
    private static final int WNOHANG = 1;
    private static final int WEXITED = 4;
    private static final int WNOWAIT = 0x01000000;
    private static final int SIGNAL_MASK = 0x7f;
    private static final int CODE_SHIFT = 8;
    private static final int CODE_MASK = 0xff;
    private static final int SIGNALLED = 0x80;

    private final int pid;
    private final ProcessHandle handle;
    private OptionalInt exit = OptionalInt.empty();

    /**
     * A child for which no thread has waited.
     *
     * @param pid its process id
     */
    SpawnedProcess(int pid) {
        this.pid = pid;
        // It exists until it is waited for, even if it has ended.
        this.handle = ProcessHandle.of(pid)
                .orElseThrow(() -> new IllegalStateException("pid " + pid + " was just started and is not there"));
    }

    @Override
    public OutputStream getOutputStream() {
        return OutputStream.nullOutputStream();
    }

    @Override
    public InputStream getInputStream() {
        return InputStream.nullInputStream();
    }

    @Override
    public InputStream getErrorStream() {
        return InputStream.nullInputStream();
    }

    /** Waits in the kernel, and cannot be interrupted. */
    @Override
    public int waitFor() {
        OptionalInt code = poll();
        while (code.isEmpty()) {
            // WNOWAIT leaves the zombie: its pid must not become another process's while a signal is being sent to it.
            Spawn.CALLS.waitid(P_PID, pid, 0, WEXITED | WNOWAIT);
            code = poll();
        }
        return code.getAsInt();
    }

    private synchronized OptionalInt poll() {
        if (exit.isEmpty()) {
            exit = reap();
        }
        return exit;
    }

    private OptionalInt reap() {
        Pointer status = Native.allocate(Integer.BYTES);
        try {
            int reaped = Spawn.CALLS.waitpid(pid, status.address(), WNOHANG);
            if (reaped < 0 && Native.errno() != Errno.EINTR.intValue()) {
                throw new IllegalStateException(
                        "another part of this process has waited for pid " + pid + ": its exit code is lost");
            }
            return reaped == pid ? OptionalInt.of(code(status.getInt(0))) : OptionalInt.empty();
        } finally {
            Reference.reachabilityFence(status);
        }
    }

    /** The exit code as the JDK and shells give it: 128 and the signal's number for a killed process. */
    private static int code(int status) {
        int signal = status & SIGNAL_MASK;
        return signal == 0 ? (status >> CODE_SHIFT) & CODE_MASK : SIGNALLED + signal;
    }

    @Override
    public int exitValue() {
        return poll().orElseThrow(() -> new IllegalThreadStateException("process hasn't exited"));
    }

    @Override
    public boolean isAlive() {
        return poll().isEmpty();
    }

    @Override
    public ProcessHandle toHandle() {
        return handle;
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public synchronized void destroy() {
        if (isAlive()) {
            handle.destroy();
        }
    }

    @Override
    public synchronized Process destroyForcibly() {
        if (isAlive()) {
            handle.destroyForcibly();
        }
        return this;
    }
}
