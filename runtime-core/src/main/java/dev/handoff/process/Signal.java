package dev.handoff.process;

import java.util.Arrays;
import java.util.Optional;

/**
 * The signals of Linux, with their numbers as they are on x86_64 and aarch64 (man page signal(7)). Real-time signals
 * are left out.
 */
public enum Signal {
    /** No signal: a send only checks whether the process exists. */
    NONE(0),
    /** The terminal is gone; to a master: roll. */
    HUP(1),
    /** Ctrl-C. */
    INT(2),
    /** Ctrl-\; a JVM answers with a thread dump and goes on. */
    QUIT(3),
    /** Illegal instruction. */
    ILL(4),
    /** Breakpoint. */
    TRAP(5),
    /** Abort; a JVM that crashes ends with it. */
    ABRT(6),
    /** Memory that cannot be reached, such as a page of a truncated mapped file. */
    BUS(7),
    /** Arithmetic fault. */
    FPE(8),
    /** An end at once; cannot be caught. */
    KILL(9),
    /** Free for the program. */
    USR1(10),
    /** Segmentation fault. */
    SEGV(11),
    /** Used by the JVM itself (Flight Recorder): never handled here. */
    USR2(12),
    /** A write to a pipe or socket without a reader. */
    PIPE(13),
    /** A timer has run out. */
    ALRM(14),
    /** A polite request to leave. */
    TERM(15),
    /** Stack fault; unused. */
    STKFLT(16),
    /** A child has stopped or ended. */
    CHLD(17),
    /** Go on after a stop. */
    CONT(18),
    /** Stop; cannot be caught. */
    STOP(19),
    /** Ctrl-Z. */
    TSTP(20),
    /** A process in the background reads its terminal; to a master: one worker more. */
    TTIN(21),
    /** A process in the background writes to its terminal; to a master: one worker less. */
    TTOU(22),
    /** Urgent data on a socket. */
    URG(23),
    /** Limit of CPU time exceeded. */
    XCPU(24),
    /** Limit of file size exceeded. */
    XFSZ(25),
    /** A virtual timer has run out. */
    VTALRM(26),
    /** A profiling timer has run out. */
    PROF(27),
    /** The terminal has another size. */
    WINCH(28),
    /** Input or output is possible. */
    IO(29),
    /** Power fails. */
    PWR(30),
    /** Bad system call, such as one that seccomp forbids. */
    SYS(31);

    private static final Signal[] BY_NUMBER = values();

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    /**
     * The signal's number.
     *
     * @return 0 to 31
     */
    public int number() {
        return number;
    }

    /**
     * The signal with that name.
     *
     * @param name such as {@code TERM} or {@code SIGTERM}
     * @throws IllegalArgumentException if there is none
     */
    public static Signal parse(String name) {
        String bare = name.startsWith("SIG") ? name.substring("SIG".length()) : name;
        return Arrays.stream(BY_NUMBER)
                .filter(signal -> signal.name().equals(bare))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "unknown signal " + name + ": expected one of " + Arrays.toString(BY_NUMBER)));
    }

    /**
     * The signal with that number.
     *
     * @param number any number
     * @return the signal; empty if the number is not 0 to 31, such as that of a real-time signal
     */
    public static Optional<Signal> of(int number) {
        return number >= 0 && number < BY_NUMBER.length ? Optional.of(BY_NUMBER[number]) : Optional.empty();
    }
}
