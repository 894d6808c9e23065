package dev.handoff.child;

import dev.handoff.jvm.PlatformText;
import dev.handoff.process.spi.Threads;
import dev.handoff.process.spi.Timer;
import dev.handoff.unix.PathBytes;
import dev.handoff.unix.Pipe;
import dev.handoff.unix.Signals;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How the JDK starts processes, without what it does to those that run for long. */
public final class LaunchMechanism {
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
     * Starts a process.
     *
     * @throws IOException if it cannot be started
     */
    public static Process start(ProcessSpec spec) throws IOException {
        survivePatchedJdk();
        Timer.prepare();
        refuseWithoutRoom();
        Threads.checkRoom(TASKS_NEEDED, "the start of " + spec.words().get(0));
        return STRAYS.start(spec.words(), () -> Signals.withNoneBlocked(() -> startNow(spec)));
    }

    private static Process startNow(ProcessSpec spec) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(wordsForJdk(spec));
        boolean passed = passesWords(builder.command())
                && passesPaths(spec)
                && InheritedEnvironment.ours().giveTo(builder, spec.environment());
        if (!passed) {
            return ByteStart.start(spec);
        }
        spec.directory().ifPresent(directory -> builder.directory(directory.toFile()));
        return builder.redirectInput(redirect(spec.input()))
                .redirectOutput(redirect(spec.output()))
                .redirectError(redirect(spec.errors()))
                .start();
    }

    /** Where it is the JVM's own PATH the JDK looks, and the program is told its name as it was typed. */
    private static List<String> wordsForJdk(ProcessSpec spec) throws IOException {
        List<String> words = new ArrayList<>(spec.words());
        String path = System.getenv(CommandLookup.PATH);
        // Without one the JDK would look in the working directory first.
        boolean jdkLooks = path != null && path.equals(spec.environment().get(CommandLookup.PATH));
        if (!jdkLooks && !words.get(0).contains("/")) {
            words.set(0, CommandLookup.of(spec).find(words.get(0)).toString());
        }
        return words;
    }

    private static boolean passesWords(List<String> words) throws IOException {
        for (String word : words) {
            if (!PlatformText.isPassedByJdk(word)) {
                return false;
            }
        }
        return true;
    }

    /** The JDK writes a directory as it writes words, and opens files as paths. */
    private static boolean passesPaths(ProcessSpec spec) {
        return spec.directory()
                        .filter(path -> !PlatformText.isPassedByJdk(path))
                        .isEmpty()
                && Stream.of(spec.input(), spec.output(), spec.errors())
                        .flatMap(Optional::stream)
                        .map(ProcessSpec.Stream::file)
                        .allMatch(PathBytes::isText);
    }

    private static Redirect redirect(Optional<ProcessSpec.Stream> stream) {
        return stream.map(to -> {
                    File file = to.file().toFile();
                    return switch (to.mode()) {
                        case READ -> Redirect.from(file);
                        case WRITE -> Redirect.to(file);
                        case APPEND -> Redirect.appendTo(file);
                    };
                })
                .orElse(Redirect.INHERIT);
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
     * A start that fails for want of a descriptor leaves one or two of the JDK's open, on 17 as on 25. Further tries would turn a
     * passing shortage into a lasting one.
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
