package dev.handoff.launch;

import dev.handoff.jvm.AgentPorts;
import dev.handoff.jvm.DebuggerFlag;
import dev.handoff.jvm.JmxFlag;
import dev.handoff.jvm.LauncherOptions;
import dev.handoff.jvm.TrainingFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Changes or drops those of a master's options that a worker cannot have as they are. Used for one worker. */
final class FlagRewriter {
    private static final Pattern PART_OF_MEMORY = Pattern.compile("-XX:(Max|Initial|Min)RAM(Percentage|Fraction)=.*");
    private static final Pattern FIRST_HEAP = Pattern.compile("(-Xms|-XX:InitialHeapSize=).*");

    private final JvmFlags.Target target;
    private final TypedFlags flags;
    private final AgentPorts ports;
    private final SlotFiles files;
    private final boolean dropDebugger;
    private final List<String> notes;

    /**
     * A rewriter.
     *
     * @param dropDebugger whether the worker has a debugger of its own: the JVM refuses to load the agent twice
     * @param notes where each change is told
     */
    FlagRewriter(
            JvmFlags.Target target,
            TypedFlags flags,
            AgentPorts ports,
            SlotFiles files,
            boolean dropDebugger,
            List<String> notes) {
        this.target = target;
        this.flags = flags;
        this.ports = ports;
        this.files = files;
        this.dropDebugger = dropDebugger;
        this.notes = notes;
    }

    /** The words for the worker. An argument file stays unless something in it has to change: then its words replace it. */
    List<String> rewrite(List<String> words) {
        List<String> rewritten = new ArrayList<>();
        for (List<String> typed : LauncherOptions.grouped(words)) {
            List<String> before = typed.size() == 1 ? TypedFlags.opened(typed.get(0)) : typed;
            List<String> after = LauncherOptions.grouped(before).stream()
                    .flatMap(option -> rewriteOption(option).stream())
                    .toList();
            rewritten.addAll(after.equals(before) ? typed : after);
        }
        return rewritten;
    }

    private List<String> rewriteOption(List<String> option) {
        if (flags.operator().drops(option.get(0))) {
            dropped(String.join(" ", option), "the operator said so (jvm.drop)");
            return List.of();
        }
        return option.size() == 1 ? rewrite(option.get(0)).stream().toList() : option;
    }

    private Optional<String> rewrite(String option) {
        if (TrainingFlag.isOne(option)) {
            return dropped(option, "writing a class archive spoils a worker's exit");
        }
        Optional<String> objection = target.plan().flatMap(plan -> objection(option, plan));
        if (objection.isPresent()) {
            return dropped(option, objection.get());
        }
        if (DebuggerFlag.isOne(option)) {
            return dropDebugger ? dropped(option, "the workers' own options name a debugger") : debugger(option);
        }
        return Optional.of(changed(option, word -> files.rewrite(JmxFlag.moved(word, ports::inPlaceOf))));
    }

    private Optional<String> objection(String option, ResourcePlan plan) {
        String heap = JvmSize.format(plan.heap());
        if (PART_OF_MEMORY.matcher(option).matches()) {
            return Optional.of("a part is of the worker's share: -Xmx" + heap);
        }
        boolean tooLarge = FIRST_HEAP.matcher(option).matches() && JvmFlags.tooLarge(flags, plan);
        return tooLarge ? Optional.of("the worker's heap is " + heap) : Optional.empty();
    }

    private Optional<String> debugger(String option) {
        return DebuggerFlag.parse(option)
                .map(flag -> flag.forChild(ports::inPlaceOf).toString())
                .map(after -> changed(option, before -> after));
    }

    private String changed(String option, UnaryOperator<String> change) {
        String after = change.apply(option);
        if (!after.equals(option)) {
            notes.add("slot " + target.slot() + ": " + option + " is " + after + " in the worker");
        }
        return after;
    }

    private Optional<String> dropped(String option, String reason) {
        notes.add("slot " + target.slot() + ": " + option + " is left out in the worker: " + reason);
        return Optional.empty();
    }
}
