package dev.handoff.child;

import dev.handoff.jvm.PlatformText;
import dev.handoff.process.spi.Threads;
import dev.handoff.process.spi.Timer;
import dev.handoff.unix.Pipe;
import dev.handoff.unix.Signals;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** How the JDK starts processes, without what it does to those that run for long. */
public final class LaunchMechanism {
    private static final String PATH = "PATH";
    private static final String PROPERTY = "jdk.lang.Process.launchMechanism";

    /**
     * What a start needs for a moment: eight descriptors, three for redirected files, four for the JDK's pipes to the new
     * process, and in that one the list of what it inherited.
     */
    private static final int PIPES_NEEDED = 4;

    /** The process, and the thread by which the JDK waits for its exit. */
    private static final int TASKS_NEEDED = 2;

    private static final Strays STRAYS = new Strays();

    private LaunchMechanism() {}

    /**
     * Starts a process whose input and outputs are redirected to or from files.
     *
     * @param builder with the command, the directory and the redirections; a command without a slash is looked up in the PATH of
     *     the environment
     * @param environment all variables; those that this process has inherited itself and that have not changed are passed on
     *     byte for byte
     * @throws IOException if it cannot be started
     */
    public static Process start(ProcessBuilder builder, Map<String, String> environment) throws IOException {
        survivePatchedJdk();
        Timer.prepare();
        refuseWithoutRoom();
        Threads.checkRoom(TASKS_NEEDED, "the start of " + builder.command().get(0));
        // A copy: others may change this process's variables meanwhile.
        Map<String, String> variables = Map.copyOf(environment);
        return STRAYS.start(builder, () -> startNow(builder, variables));
    }

    private static Process startNow(ProcessBuilder builder, Map<String, String> variables) throws IOException {
        boolean passed = builder.command().stream().allMatch(PlatformText::isPassedByJdk);
        if (passed && InheritedEnvironment.ours().giveTo(builder, variables)) {
            lookUp(builder, variables);
            return Signals.withQuitUnblocked(builder::start);
        }
        return Signals.withQuitUnblocked(() -> ByteStart.start(builder, variables));
    }

    /** Where it is the JVM's own PATH the JDK looks, and the program is told its name as it was typed. */
    private static void lookUp(ProcessBuilder builder, Map<String, String> environment) throws IOException {
        if (!Objects.equals(environment.get(PATH), System.getenv(PATH))) {
            List<String> words = new ArrayList<>(builder.command());
            words.set(0, new CommandLookup(environment, directory(builder)).find(words.get(0)));
            builder.command(words);
        }
    }

    /** Where it starts. */
    static Path directory(ProcessBuilder builder) {
        return Optional.ofNullable(builder.directory())
                .map(File::toPath)
                .orElse(Path.of(""))
                .toAbsolutePath();
    }

    /**
     * The JDK's default goes through a helper program of the JDK on disk, which refuses to serve a JVM of another
     * version: once the JDK is upgraded in place, a long-lived process could never start a child again. Plain fork
     * needs no file. Read by the JDK once, at its first spawn; what the operator said stays.
     */
    private static void survivePatchedJdk() {
        if (System.getProperty(PROPERTY) == null) {
            System.setProperty(PROPERTY, "FORK");
        }
    }

    /**
     * A start that fails for want of a descriptor leaves one or two of the JDK's open, on 17 as on 25: whoever tries again
     * would make of a passing shortage one that stays.
     */
    private static void refuseWithoutRoom() throws IOException {
        List<Pipe> room = new ArrayList<>();
        try {
            for (int count = 0; count < PIPES_NEEDED; count++) {
                room.add(Pipe.open());
            }
        } finally {
            room.forEach(Pipe::close);
        }
    }
}
