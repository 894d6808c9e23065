package dev.handoff.child;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.handoff.jvm.PlatformText;
import dev.handoff.unix.Spawn;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The start of a process with words or variables that the JDK cannot write in UTF-8, because the locale has another encoding:
 * it would replace them by question marks.
 */
final class ByteStart {
    private ByteStart() {}

    /**
     * Starts what a builder describes, but for its variables.
     *
     * @throws IOException if it cannot be started
     */
    static Process start(ProcessBuilder builder, Map<String, String> environment) throws IOException {
        List<String> words = builder.command();
        String path = new CommandLookup(environment, LaunchMechanism.directory(builder)).find(words.get(0));
        Spawn spawn = new Spawn(
                path.getBytes(UTF_8),
                words.stream().map(word -> word.getBytes(UTF_8)).toList(),
                InheritedEnvironment.ours().asBytes(environment),
                Optional.ofNullable(builder.directory()).map(ByteStart::bytes),
                List.of(
                        stream(builder.redirectInput(), Spawn.Mode.READ),
                        stream(builder.redirectOutput(), Spawn.Mode.WRITE),
                        stream(builder.redirectError(), Spawn.Mode.WRITE)));
        try {
            return spawn.start();
        } catch (UnsupportedOperationException e) {
            throw new IOException(
                    "its words or variables are not all ASCII, the locale's encoding is " + PlatformText.jdk()
                            + ", and " + e.getMessage() + ": start this program with LC_ALL=C.UTF-8",
                    e);
        }
    }

    private static Optional<Spawn.Stream> stream(Redirect redirect, Spawn.Mode mode) {
        return switch (redirect.type()) {
            case INHERIT -> Optional.empty();
            case APPEND -> Optional.of(new Spawn.Stream(bytes(file(redirect)), Spawn.Mode.APPEND));
            default -> Optional.of(new Spawn.Stream(bytes(file(redirect)), mode));
        };
    }

    private static File file(Redirect redirect) {
        return Objects.requireNonNull(redirect.file(), "a process's streams are files or inherited");
    }

    /** A path as the JDK has read it: it has bytes that it does not show, but writes again. */
    private static byte[] bytes(File file) {
        return file.getPath().getBytes(PlatformText.jdk());
    }
}
