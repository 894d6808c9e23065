package dev.handoff.forks;

import dev.handoff.child.ForkedChild;
import dev.handoff.jvm.StartDirectory;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.SpawnOptions;
import dev.handoff.wire.MessageRouter;
import dev.handoff.wire.Role;
import dev.handoff.wire.RuntimePaths;
import dev.handoff.wire.Token;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Starts the process of a worker, with its role, and lets its messages to other workers pass. Any thread may call. */
final class ForkStarter {
    private final MessageRouter router = new MessageRouter();

    /**
     * Starts one.
     *
     * @param env variables over those of the options, or of this process
     */
    ForkedChild start(int id, Token token, SpawnOptions options, Map<String, String> env, RuntimePaths paths) {
        Role role = Role.ofChild(id, id, 0, paths.directory(), token);
        Map<String, String> variables = new HashMap<>(options.env().orElseGet(CurrentProcess::env));
        variables.putAll(env);
        return ForkedChild.start(placed(options).env(variables), role, router::join);
    }

    /** In the directory in which this program was started, by its path: a deploy that switches a link on it leads to the new build. */
    private static SpawnOptions placed(SpawnOptions options) {
        Path start = StartDirectory.ofThisProcess().path();
        boolean said = options.cwd().isPresent() || !StartDirectory.isReal(CurrentProcess.cwd());
        return said || !Files.isDirectory(start) ? options : options.cwd(start);
    }
}
