package dev.handoff.unix;

import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.stream.IntStream;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;

/**
 * Sends and receives signals. It receives them by {@code sun.misc.Signal}, which every JDK has and supports (JEP 260). javac warns at each
 * use of that class, and the warning cannot be suppressed; so it is called by reflection, and only here.
 */
public final class Signals {
    private static final String HANDLER = "sun.misc.SignalHandler";
    private static final int SIGQUIT = 3;
    private static final int SIGTTIN = 21;
    private static final int SIGTTOU = 22;
    private static final int SIG_BLOCK = 0;
    private static final int SIG_UNBLOCK = 1;
    private static final int SIG_SETMASK = 2;
    private static final int SIGSET_BYTES = 128;

    private Signals() {}

    /**
     * Calls an action on each arrival of a signal, on a thread of the JVM. The action should only enqueue.
     *
     * @param name without SIG, such as {@code HUP}
     * @return false if the signal was ignored when the JVM started (nohup, a shell's {@code &}): no call will ever come
     */
    public static boolean handle(String name, Runnable action) {
        return install(name, handler(name, action)) != constant("SIG_IGN");
    }

    /**
     * Calls an action on each arrival of a signal for a while. As {@link #handle}.
     *
     * @return restores what the signal did before
     */
    public static Runnable handleForNow(String name, Runnable action) {
        Object before = install(name, handler(name, action));
        return () -> install(name, before);
    }

    private static Object handler(String name, Runnable action) {
        return Proxy.newProxyInstance(
                Signals.class.getClassLoader(), new Class<?>[] {handlerType()}, (proxy, method, arguments) -> {
                    if (method.getName().equals("handle")) {
                        action.run();
                        return null;
                    }
                    return switch (method.getName()) {
                        case "equals" -> proxy == Objects.requireNonNull(arguments)[0];
                        case "hashCode" -> System.identityHashCode(proxy);
                        default -> "handler of SIG" + name;
                    };
                });
    }

    /** Makes this process ignore a signal. */
    public static void ignore(String name) {
        install(name, constant("SIG_IGN"));
    }

    /** Restores what a signal does by default. */
    public static void restoreDefault(String name) {
        install(name, constant("SIG_DFL"));
    }

    /**
     * Sends a signal: kill(2).
     *
     * @param pid of one process: 0 and negative numbers, which mean groups or all processes, are refused
     * @param number 0 sends no signal, and only checks whether one could be sent
     * @return false if there is no such process
     */
    public static boolean send(long pid, int number) throws UnixException {
        if (pid < 1) {
            throw new IllegalArgumentException("cannot send signal " + number + ": " + pid + " is no single process");
        }
        if (pid > Integer.MAX_VALUE) {
            return false; // no process has such a number
        }
        if (Native.LIBC.kill((int) pid, number) == 0) {
            return true;
        }
        int errno = Native.errno();
        if (errno == Errno.ESRCH.intValue()) {
            return false;
        }
        throw new UnixException("cannot send signal " + number + " to process " + pid, errno);
    }

    /** A call that is made with other signals blocked. */
    @FunctionalInterface
    public interface Call<T> {
        /** Makes the call. */
        T run() throws IOException;
    }

    /**
     * Lets this thread, and those that it starts from now on, use the terminal from the background: they write, whatever {@code stty tostop}
     * says, and their reading fails. The kernel sends TTOU or TTIN to a background process that does so, and where these are handled the
     * thread would try again for ever. It sends none to a thread that blocks them. Those that another process sends still come, to the
     * JVM's own threads. Source: POSIX.1, General Terminal Interface, "Terminal Access Control".
     */
    public static void useTerminalFromBackground() throws UnixException {
        Pointer terminals = set(SIGTTIN, SIGTTOU);
        try {
            mask(SIG_BLOCK, terminals.address(), 0);
        } finally {
            Reference.reachabilityFence(terminals);
        }
    }

    /**
     * Makes a call with signals unblocked in this thread: the start of a process, which inherits the signals that the starting thread
     * blocks. The JVM blocks SIGQUIT in all threads but one, and its handler may run in any thread; {@link #useTerminalFromBackground}
     * blocks two more.
     */
    public static <T> T withNoneBlocked(Call<T> call) throws IOException {
        Pointer blocked = set(SIGQUIT, SIGTTIN, SIGTTOU);
        Pointer before = Native.allocate(SIGSET_BYTES);
        try {
            mask(SIG_UNBLOCK, blocked.address(), before.address());
            try {
                return call.run();
            } finally {
                mask(SIG_SETMASK, before.address(), 0);
            }
        } finally {
            Reference.reachabilityFence(blocked);
            Reference.reachabilityFence(before);
        }
    }

    private static Pointer set(int... signals) {
        Pointer set = Native.allocate(SIGSET_BYTES);
        set.putLong(
                0, IntStream.of(signals).mapToLong(signal -> 1L << (signal - 1)).sum());
        return set;
    }

    /** The call returns the error, and does not set errno. */
    private static void mask(int how, long set, long before) throws UnixException {
        int error = Native.LIBC.pthread_sigmask(how, set, before);
        if (error != 0) {
            throw new UnixException("cannot change the signals that this thread blocks", error);
        }
    }

    /**
     * Waits for a child that has ended, or ends at once, and that no other part of this JVM waits for: waitpid(2).
     *
     * @param pid of one process
     */
    public static void reap(long pid) throws UnixException {
        int child = Math.toIntExact(pid);
        int result = Native.LIBC.waitpid(child, 0, 0);
        while (result < 0 && Native.errno() == Errno.EINTR.intValue()) {
            result = Native.LIBC.waitpid(child, 0, 0);
        }
        Native.check(result, "cannot wait for the end of process " + pid);
    }

    private static Object install(String name, Object handler) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            Method handle = signalType.getMethod("handle", signalType, handlerType());
            return Objects.requireNonNull(handle.invoke(null, signal, handler));
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "SIG" + name + " cannot be handled by this JVM: " + e.getTargetException(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM has no sun.misc.Signal (module jdk.unsupported)", e);
        }
    }

    private static Class<?> handlerType() {
        try {
            return Class.forName(HANDLER);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("this JVM has no " + HANDLER + " (module jdk.unsupported)", e);
        }
    }

    private static Object constant(String name) {
        try {
            return Objects.requireNonNull(handlerType().getField(name).get(null));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM has no " + HANDLER + "." + name, e);
        }
    }
}
