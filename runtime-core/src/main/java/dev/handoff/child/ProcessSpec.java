package dev.handoff.child;

import dev.handoff.unix.Fd;
import dev.handoff.unix.Pipe;
import dev.handoff.unix.Spawn.Mode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process to be started. Immutable.
 *
 * @param words the command and its arguments; a command without a slash is looked up in the PATH of the environment
 * @param environment all variables; those that this process has inherited itself and that have not changed are passed on byte for byte
 * @param directory where it starts, absolute; empty: where this process is
 * @param input what it reads; empty: the same as this process
 * @param output where it writes; empty: the same as this process
 * @param errors where it writes errors; empty: the same as this process
 */
public record ProcessSpec(
        List<String> words,
        Map<String, String> environment,
        Optional<Path> directory,
        Optional<Stream> input,
        Optional<Stream> output,
        Optional<Stream> errors) {
    private static final Path NOTHING = Path.of("/dev/null");

    /** Copies: other threads may change this process's variables meanwhile. */
    public ProcessSpec {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
    }

    /**
     * A file that a standard stream is connected to.
     *
     * @param file absolute, or relative to where this process is
     * @param mode how it is opened
     */
    public record Stream(Path file, Mode mode) {
        /** One that gives nothing to read. */
        public static Stream ofNothing() {
            return new Stream(NOTHING, Mode.READ);
        }

        /** One that drops what is written. */
        static Stream toNothing() {
            return new Stream(NOTHING, Mode.WRITE);
        }

        /** One end of a pipe: the other one is this process's. */
        public static Stream end(Fd end, Mode mode) {
            return new Stream(Pipe.path(end), mode);
        }
    }
}
