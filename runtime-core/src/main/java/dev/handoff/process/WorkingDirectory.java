package dev.handoff.process;

import dev.handoff.process.spi.ProcessProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** The working directory for the program and its children. A JVM cannot change its own. */
final class WorkingDirectory {
    private volatile Path current = Path.of("").toAbsolutePath();

    Path get() {
        return current;
    }

    synchronized void change(Path directory) {
        Path before = get();
        Path wanted = before.resolve(directory);
        try {
            Path real = wanted.toRealPath();
            if (!Files.isDirectory(real)) {
                throw new NotDirectoryException(real.toString());
            }
            ProcessProvider.get().enter(real);
            current = real;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot change the working directory from " + before + " to " + directory + ": " + e, e);
        }
    }
}
