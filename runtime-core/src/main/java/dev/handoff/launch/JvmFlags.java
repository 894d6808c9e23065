package dev.handoff.launch;

import dev.handoff.jvm.AgentPorts;
import dev.handoff.jvm.DebuggerFlag;
import dev.handoff.jvm.OptionVariables;
import dev.handoff.jvm.OutputEncoding;
import dev.handoff.jvm.Quoted;
import dev.handoff.unix.NativeDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A worker's JVM options, made of what was typed for the master: our defaults first, then what was typed without what
 * would clash, then the cluster's own options for workers. The JVM takes the last of each, so that people win.
 *
 * @param options for the worker's command line
 * @param environment variables with options in them that had to be changed too
 * @param notes what was changed and why, a line each, for the log
 */
record JvmFlags(List<String> options, Map<String, String> environment, List<String> notes) {
    private static final long SERIAL_UP_TO = 1L << 30;

    JvmFlags {
        options = List.copyOf(options);
        environment = Map.copyOf(environment);
        notes = List.copyOf(notes);
    }

    /**
     * Who the options are for.
     *
     * @param slot 1 and up
     * @param plan its share of the machine; empty: what was typed of memory and processors stands
     * @param javaFeature the JDK's feature version, 17 and up
     */
    record Target(int slot, Optional<ResourcePlan> plan, int javaFeature) {}

    /**
     * The options of one worker.
     *
     * @param free whether a port can be listened on now
     * @param isDirectory whether a path is one
     */
    static JvmFlags of(TypedFlags flags, Target target, IntPredicate free, Predicate<Path> isDirectory) {
        List<String> notes = new ArrayList<>();
        SlotFiles files = new SlotFiles(target.slot(), isDirectory);
        boolean ownDebugger = Stream.concat(flags.extra().stream(), flags.operator().added().stream())
                .anyMatch(DebuggerFlag::isOne);
        AgentPorts ports = new AgentPorts(target.slot(), free);
        FlagRewriter masters = new FlagRewriter(target, flags, ports, files, ownDebugger, notes);
        FlagRewriter workers =
                new FlagRewriter(target, flags, new AgentPorts(target.slot() - 1, free), files, false, notes);
        List<String> options = new ArrayList<>(defaults(flags, target));
        options.addAll(masters.rewrite(flags.typed()));
        options.addAll(workers.rewrite(flags.extra()));
        options.addAll(flags.operator().addedFor(target.slot(), ports::inPlaceOf));
        return new JvmFlags(options, environment(flags, masters), notes);
    }

    private static Map<String, String> environment(TypedFlags flags, FlagRewriter rewriter) {
        Map<String, String> changed = new HashMap<>();
        for (String variable : OptionVariables.NAMES) {
            List<String> typed = flags.words(variable);
            List<String> rewritten = rewriter.rewrite(typed);
            if (!rewritten.equals(typed)) {
                changed.put(variable, Quoted.join(rewritten));
            }
        }
        return changed;
    }

    private static List<String> defaults(TypedFlags flags, Target target) {
        List<String> defaults = new ArrayList<>();
        addRuntime(defaults, flags, target.javaFeature());
        target.plan().ifPresent(plan -> addResources(defaults, flags, plan));
        return defaults;
    }

    private static void addRuntime(List<String> defaults, TypedFlags flags, int javaFeature) {
        defaults.addAll(OutputEncoding.ofWorker(javaFeature));
        if (!flags.has("--enable-native-access=ALL-UNNAMED"::equals)) {
            defaults.add("--enable-native-access=ALL-UNNAMED");
        }
        if (unsafeIsOff(javaFeature) && !flags.hasStart("--sun-misc-unsafe-memory-access=")) {
            defaults.add("--sun-misc-unsafe-memory-access=allow");
        }
        defaults.addAll(NativeDirectory.options());
        // A worker out of memory serves no client well; another takes its place. The JVM's warnings go to stdout.
        defaults.add("-XX:+ExitOnOutOfMemoryError");
        if (!flags.hasStart("-Xlog", "-verbose")) {
            defaults.addAll(List.of("-Xlog:disable", "-Xlog:all=error:stderr"));
        }
    }

    /** From 24 on Netty does without Unsafe unless told, and starts more slowly; no later JDK is known to take the flag. */
    private static boolean unsafeIsOff(int javaFeature) {
        return javaFeature == 24 || javaFeature == 25;
    }

    private static void addResources(List<String> defaults, TypedFlags flags, ResourcePlan plan) {
        // G1's regions of 1 MiB waste a small heap.
        if (!flags.hasCollector() && plan.heap() <= SERIAL_UP_TO) {
            defaults.add("-XX:+UseSerialGC");
        }
        if (flags.heap().isEmpty()) {
            defaults.add("-Xmx" + JvmSize.format(plan.heap()));
        }
        firstHeap(flags, plan).ifPresent(bytes -> defaults.add("-Xms" + JvmSize.format(bytes)));
        if (flags.direct().isEmpty()) {
            defaults.add("-XX:MaxDirectMemorySize=" + JvmSize.format(plan.direct()));
        }
        plan.activeProcessors().ifPresent(cpus -> defaults.add("-XX:ActiveProcessorCount=" + cpus));
    }

    /** A first heap above the largest one keeps the JVM from starting, from the environment too. */
    private static Optional<Long> firstHeap(TypedFlags flags, ResourcePlan plan) {
        if (flags.firstHeap().isPresent()) {
            return Optional.of(plan.heap()).filter(heap -> tooLarge(flags, plan));
        }
        return flags.firstHeapPart().isPresent()
                ? Optional.of(Math.min(
                        plan.heap(),
                        Math.round(plan.share() * flags.firstHeapPart().getAsDouble())))
                : Optional.empty();
    }

    static boolean tooLarge(TypedFlags flags, ResourcePlan plan) {
        return flags.heap().isEmpty() && flags.firstHeap().orElse(0) > plan.heap();
    }
}
