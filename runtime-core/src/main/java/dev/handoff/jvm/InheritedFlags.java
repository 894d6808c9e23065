package dev.handoff.jvm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/**
 * This JVM's options as a JVM that it starts can have them: agents listen on another port, the JVM does not wait for a debugger, and
 * does not write the archive of classes that this JVM writes. Used for one child.
 */
public final class InheritedFlags {
    /** Shared by all children: two that are started at once get two ports. */
    private static final FreePorts FREE = new FreePorts(System::nanoTime);

    private final AgentPorts ports;
    private final boolean dropDebugger;

    /**
     * The options for one child.
     *
     * @param own those that are its own: the JVM refuses to load two debuggers
     */
    public InheritedFlags(List<String> own) {
        this(own, FREE);
    }

    InheritedFlags(List<String> own, IntPredicate free) {
        ports = new AgentPorts(1, free);
        dropDebugger = own.stream().anyMatch(DebuggerFlag::isOne);
    }

    /** The words for the child. An argument file stays unless something in it has to change: then its words replace it. */
    public List<String> rewrite(List<String> typed) {
        List<String> rewritten = new ArrayList<>();
        for (String word : typed) {
            List<String> before = ArgumentFile.opened(word).toList();
            List<String> after = before.stream().flatMap(this::rewrite).toList();
            rewritten.addAll(after.equals(before) ? List.of(word) : after);
        }
        return rewritten;
    }

    /** Those of the variables with options in them that have to change. */
    public Map<String, String> rewrite(Map<String, String> environment) {
        Map<String, String> changed = new HashMap<>();
        for (String variable : OptionVariables.NAMES) {
            List<String> typed = Quoted.split(environment.getOrDefault(variable, ""));
            List<String> rewritten = typed.stream().flatMap(this::rewrite).toList();
            if (!rewritten.equals(typed)) {
                changed.put(variable, Quoted.join(rewritten));
            }
        }
        return changed;
    }

    private Stream<String> rewrite(String option) {
        Optional<DebuggerFlag> debugger = DebuggerFlag.parse(option);
        if (TrainingFlag.isOne(option) || (debugger.isPresent() && dropDebugger)) {
            return Stream.empty();
        }
        return Stream.of(debugger.map(flag -> flag.forChild(ports::inPlaceOf).toString())
                .orElseGet(() -> JmxFlag.moved(option, ports::inPlaceOf)));
    }
}
