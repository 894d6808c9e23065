package dev.handoff.forks;

import dev.handoff.jvm.ForkedChild;
import dev.handoff.jvm.Runner;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.SpawnOptions;
import dev.handoff.wire.MessageRouter;
import dev.handoff.wire.Role;
import dev.handoff.wire.RuntimePaths;
import dev.handoff.wire.Token;
import java.util.HashMap;
import java.util.Map;

/** Starts the process of a worker, with its role, and lets its messages to other workers pass. Any thread may call. */
final class ForkStarter {
    private final MessageRouter router = new MessageRouter();
    private final long masterPid = ProcessHandle.current().pid();
    private final long masterStart = Role.startOf(masterPid);

    /**
     * Refuses options that would start somebody else's program, if this one runs in a JVM that is not its own.
     *
     * @throws IllegalStateException naming the runner and the ways out
     */
    static void checkRepeatable(SpawnOptions options) {
        boolean repeats = options.runsJvm() && options.main().isEmpty();
        if (repeats) {
            Runner.inCharge().ifPresent(runner -> {
                throw new IllegalStateException(
                        "cannot fork a worker by repeating this program's command line: it runs inside " + runner
                                + ", which a worker would start once more; name the workers' main class with"
                                + " setupMaster(settings -> SpawnOptions.ofMain(Main.class)), or run the program in a JVM of"
                                + " its own (exec:exec instead of exec:java)");
            });
        }
    }

    /**
     * Starts one.
     *
     * @param env variables over those of the options, or of this process
     */
    ForkedChild start(int id, Token token, SpawnOptions options, Map<String, String> env, RuntimePaths paths) {
        Role role = new Role(masterPid, masterStart, id, id, 0, paths.directory(), token);
        Map<String, String> variables = new HashMap<>(options.env().orElseGet(CurrentProcess::env));
        variables.putAll(env);
        variables.putAll(role.toEnvironment());
        return ForkedChild.start(
                options.env(variables),
                paths.channel(id),
                id,
                (channel, conversation) -> router.join(id, conversation.pid(), channel, conversation));
    }
}
