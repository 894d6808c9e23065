package dev.handoff.child;

import dev.handoff.jvm.PlatformText;
import dev.handoff.unix.PathBytes;
import dev.handoff.unix.Spawn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The start of a process with words, variables or paths that the JDK cannot write as they are, because the locale has another encoding:
 * it would replace them by question marks.
 */
final class ByteStart {
    private ByteStart() {}

    /**
     * Starts a process.
     *
     * @throws IOException if it cannot be started, or a word or a variable is no text
     */
    static Process start(ProcessSpec spec) throws IOException {
        List<byte[]> words = new ArrayList<>();
        for (String word : spec.words()) {
            words.add(PlatformText.bytes(word));
        }
        String command = spec.words().get(0);
        Spawn spawn = new Spawn(
                command.contains("/")
                        ? words.get(0)
                        : PathBytes.of(CommandLookup.of(spec).find(command)),
                words,
                InheritedEnvironment.ours().asBytes(spec.environment()),
                spec.directory().map(PathBytes::of),
                Stream.of(spec.input(), spec.output(), spec.errors())
                        .map(stream -> stream.map(ByteStart::stream))
                        .toList());
        try {
            return spawn.start();
        } catch (UnsupportedOperationException e) {
            throw new IOException(
                    "its words, variables or paths are not all ASCII, the locale's encoding is " + PlatformText.jdk()
                            + ", and " + e.getMessage() + ": start this program with LC_ALL=C.UTF-8",
                    e);
        }
    }

    private static Spawn.Stream stream(ProcessSpec.Stream stream) {
        return new Spawn.Stream(PathBytes.of(stream.file()), stream.mode());
    }
}
