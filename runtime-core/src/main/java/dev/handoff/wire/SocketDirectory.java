package dev.handoff.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Creates directories for sockets among the temporary files. Only this user can enter them. */
public final class SocketDirectory {
    private SocketDirectory() {}

    /**
     * Creates a directory.
     *
     * @throws IOException naming the place and the reason
     */
    public static Path create() throws IOException {
        try {
            return Files.createTempDirectory(
                    "handoff-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new IOException(
                    "cannot make a directory for sockets in " + System.getProperty("java.io.tmpdir")
                            + ", the directory for temporary files (-Djava.io.tmpdir): " + e,
                    e);
        }
    }
}
