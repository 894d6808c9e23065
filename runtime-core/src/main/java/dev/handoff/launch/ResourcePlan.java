package dev.handoff.launch;

import static dev.handoff.launch.JvmSize.MIB;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How memory and processors are divided among the workers. All sizes in bytes.
 *
 * <p>Of the memory a tenth is left to the system and 160 MiB to the master; the rest falls in equal shares to the
 * processes that may live at once. A share holds the heap, direct buffers, and all else that a JVM needs.
 *
 * @param machine what there is
 * @param workers wanted, at least 1
 * @param processes that may be alive at once: workers, surge of a roll and spares
 * @param share what falls to each; may be negative where nothing fits
 * @param heap {@code -Xmx}
 * @param direct {@code -XX:MaxDirectMemorySize}
 * @param other metaspace, code, stacks and the collector's own
 * @param heapChosen whether people said how large the heap is to be, as a size or as a part
 * @param processorsChosen whether people said how many processors a JVM is to count
 */
public record ResourcePlan(
        Machine machine,
        int workers,
        int processes,
        long share,
        long heap,
        long direct,
        long other,
        boolean heapChosen,
        boolean processorsChosen) {
    private static final long MASTER = 160 * MIB;
    private static final long FIXED = 80 * MIB;
    private static final long LEAST_DIRECT = 16 * MIB;
    private static final long LEAST_HEAP = 24 * MIB;
    private static final long LARGEST_HEAP = 8L << 30;

    /**
     * Divides a machine.
     *
     * @param workers 1 to 256
     * @param surge how many more a roll has at a time
     * @param spares how many wait beside
     * @param flags what was typed, which stays as it is; a percentage is taken as one of the share
     */
    static ResourcePlan divide(Machine machine, int workers, int surge, int spares, TypedFlags flags) {
        int processes = workers + surge + spares;
        long share = share(machine, processes);
        long direct = flags.direct().orElse(direct(share));
        long heap = flags.heap().orElseGet(() -> heap(share, direct, flags));
        boolean chosen = flags.heap().isPresent() || flags.heapPart().isPresent();
        boolean processors = flags.hasStart("-XX:ActiveProcessorCount=");
        return new ResourcePlan(machine, workers, processes, share, heap, direct, other(share), chosen, processors);
    }

    private static long usable(Machine machine) {
        return machine.memory() * 9 / 10 - MASTER;
    }

    private static long share(Machine machine, int processes) {
        return usable(machine) / processes;
    }

    private static long direct(long share) {
        return Math.max(LEAST_DIRECT, share / 10);
    }

    private static long other(long share) {
        return FIXED + Math.max(0, share / 10);
    }

    private static long heap(long share, long direct, TypedFlags flags) {
        long wanted = flags.heapPart().isPresent()
                ? Math.round(share * flags.heapPart().getAsDouble())
                : Math.min(LARGEST_HEAP, share - direct - other(share));
        return Math.max(LEAST_HEAP, wanted);
    }

    /** What each process may take. */
    long each() {
        return heap + direct + other;
    }

    /** Said once at start. */
    public String startLine() {
        return String.format(
                Locale.ROOT,
                "memory %s (%s): master %d + %d × %d MiB (heap %d, direct %d, other %d); processors %d%s",
                gibibytes(machine.memory()),
                machine.limited() ? "cgroup" : "machine",
                JvmSize.mebibytes(MASTER),
                processes,
                JvmSize.mebibytes(each()),
                JvmSize.mebibytes(heap),
                JvmSize.mebibytes(direct),
                JvmSize.mebibytes(other),
                machine.cpus(),
                activeProcessors()
                        .map(count -> ": -XX:ActiveProcessorCount=" + count)
                        .orElse(""));
    }

    private static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (1024.0 * MIB));
    }

    /** What does not fit, each in one sentence; nothing is refused for it. */
    public List<String> warnings() {
        if (each() * processes <= usable(machine)) {
            return List.of();
        }
        return List.of(heapChosen ? heapDoesNotFit() : workersDoNotFit());
    }

    private String heapDoesNotFit() {
        long fits = share - direct - other;
        return String.format(
                Locale.ROOT,
                "a heap of %d MiB is too large: %d processes of %d MiB each need more than the %d MiB that %s leave"
                        + " beside the master; %s",
                JvmSize.mebibytes(heap),
                processes,
                JvmSize.mebibytes(each()),
                JvmSize.mebibytes(usable(machine)),
                gibibytes(machine.memory()),
                fits < LEAST_HEAP ? "ask for fewer workers" : "-Xmx" + JvmSize.format(fits) + " would fit");
    }

    private String workersDoNotFit() {
        return String.format(
                Locale.ROOT,
                "%d workers do not fit: %s divided among %d processes leave less than %d MiB of heap each; %s",
                workers,
                gibibytes(machine.memory()),
                processes,
                JvmSize.mebibytes(LEAST_HEAP),
                mostWorkers().map(most -> "at most " + most + " fit").orElse("not even one fits"));
    }

    private Optional<Integer> mostWorkers() {
        int beside = processes - workers;
        return IntStream.iterate(workers - 1, n -> n >= 1, n -> n - 1)
                .filter(n -> fits(share(machine, n + beside)))
                .boxed()
                .findFirst();
    }

    private static boolean fits(long share) {
        return share - direct(share) - other(share) >= LEAST_HEAP;
    }

    /**
     * {@code -XX:ActiveProcessorCount}, so that N workers do not start N times the threads; two at least, because with
     * one the common pool is empty and every asynchronous task gets a thread of its own.
     *
     * @return empty where people have said it, and where it would say what the JVM finds out by itself
     */
    Optional<Integer> activeProcessors() {
        int cpus = machine.cpus();
        int mine = Math.min(cpus, Math.max(2, (2 * cpus + workers - 1) / workers));
        return Optional.of(mine).filter(count -> count != cpus && !processorsChosen);
    }
}
