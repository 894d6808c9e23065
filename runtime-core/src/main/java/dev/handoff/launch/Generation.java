package dev.handoff.launch;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.jvm.CommandLine;
import dev.handoff.jvm.DebuggerFlag;
import dev.handoff.process.CurrentProcess;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One build with one set of settings. A worker belongs to one; a roll leads from one to the next. How many workers there
 * are is not part of it.
 *
 * @param number 1, 2, 3 …
 * @param settings what its workers are started with
 * @param command how they are started, before each slot's own flags
 */
public record Generation(int number, ClusterSettings settings, CommandLine command) {
    /** How they are started now: the launcher is looked up anew, unless the operator has named one. */
    CommandLine currentCommand() {
        String java = settings.text(Setting.JVM_JAVA);
        return java.isEmpty() ? command.withCurrentLauncher() : command.withJava(java);
    }

    /** What its program is called. */
    public String programName() {
        return command.programName();
    }

    /** The same settings once more, for what is on disk now. */
    public Generation numbered(int next) {
        return new Generation(next, settings, command);
    }

    /** What was said for its workers' JVMs, from wherever. */
    TypedFlags typedFlags() {
        Map<String, String> environment = new HashMap<>(CurrentProcess.env());
        environment.putAll(settings.environment());
        return new TypedFlags(command.jvmOptions(), environment, settings.jvmArgs(), OperatorFlags.of(settings));
    }

    /** Whether a debugger can attach to its workers. */
    public boolean isDebugged() {
        return typedFlags().has(DebuggerFlag::isOne);
    }

    /** How a machine is divided among so many of its workers; empty if it is not to be. */
    public Optional<ResourcePlan> plan(Machine machine, int workers) {
        return settings.isOn(Setting.JVM_DIVIDE)
                ? Optional.of(
                        ResourcePlan.divide(machine, workers, settings.count(Setting.ROLL_SURGE), 0, typedFlags()))
                : Optional.empty();
    }
}
