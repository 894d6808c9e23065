package dev.handoff.unix;

import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.util.OptionalInt;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;

/** A child that {@link Spawn} has started, as the JDK shows its own. Its streams are files, so that there are none here. */
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
     * A child that nothing has waited for.
     *
     * @param pid its process id
     */
    SpawnedProcess(int pid) {
        this.pid = pid;
        // There until it is waited for, even if it has ended.
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

    /** Waits in the kernel, and cannot be interrupted there. */
    @Override
    public int waitFor() {
        OptionalInt code = poll();
        while (code.isEmpty()) {
            // Leaves the child to be waited for: its pid must not be another process's while a signal is on its way.
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
                throw new IllegalStateException("pid " + pid + " was waited for by others: its exit code is lost");
            }
            return reaped == pid ? OptionalInt.of(code(status.getInt(0))) : OptionalInt.empty();
        } finally {
            Reference.reachabilityFence(status);
        }
    }

    /** As the JDK and shells count: 128 and the signal's number for one that was killed. */
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
