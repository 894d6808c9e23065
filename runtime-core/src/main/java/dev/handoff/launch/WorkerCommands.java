package dev.handoff.launch;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.jvm.FreePorts;
import dev.handoff.process.spi.Logs;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;

/**
 * Makes the command that starts a worker: its generation's program, with the JVM options of its slot and of its share of the
 * machine. The supervisor's thread only.
 */
public final class WorkerCommands {
    private static final Logger LOG = Logs.of(WorkerCommands.class);

    private final Machine machine;
    private final FreePorts freePorts = new FreePorts(System::nanoTime);

    /**
     * Commands for the workers of one master.
     *
     * @param machine what is divided among them
     */
    public WorkerCommands(Machine machine) {
        this.machine = machine;
    }

    /**
     * The process to start for a worker; logs which options it gets otherwise than they were typed.
     *
     * @param workers among how many the machine is divided
     * @param roleFlag the JVM option that says where the worker's role is told
     */
    public LaunchSpec spec(int workerId, int slot, Generation generation, int workers, String roleFlag) {
        ClusterSettings settings = generation.settings();
        JvmFlags flags = flags(slot, generation, workers);
        flags.notes().forEach(note -> LOG.info("worker {}: {}", workerId, note));
        Map<String, String> environment = new HashMap<>(settings.environment());
        environment.putAll(flags.environment());
        List<String> options = new ArrayList<>(flags.options());
        options.add(roleFlag);
        List<String> command =
                generation.currentCommand().withJvmOptions(options).toList();
        return new LaunchSpec(workerId, command, settings.directory(), environment);
    }

    private JvmFlags flags(int slot, Generation generation, int workers) {
        JvmFlags.Target target = new JvmFlags.Target(
                slot, generation.plan(machine, workers), Runtime.version().feature());
        return JvmFlags.of(generation.typedFlags(), target, freePorts, Files::isDirectory);
    }
}
