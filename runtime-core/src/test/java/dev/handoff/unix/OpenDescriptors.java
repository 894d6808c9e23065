package dev.handoff.unix;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What this process has open, as far as this project opens it: sockets and eventfds, not the JVM's jars. */
public final class OpenDescriptors {
    private OpenDescriptors() {}

    static {
        // The JDK keeps a socket of its own, from its first one on, to close others with.
        try {
            SocketChannel.open().close();
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** How many there are. */
    public static int count() {
        int count = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path each : all) {
                String target = target(each);
                if (target.startsWith("socket:") || target.contains("eventfd")) {
                    count++;
                }
            }
        } catch (IOException e) {
            throw new AssertionError("cannot look into /proc/self/fd", e);
        }
        return count;
    }

    /** What a descriptor stands for, such as {@code socket:[4711]}: the same for every duplicate of it. */
    public static String identity(Fd descriptor) throws IOException {
        return target(Path.of("/proc/self/fd", Integer.toString(descriptor.number())));
    }

    private static String target(Path link) throws IOException {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (NoSuchFileException e) {
            return "closed";
        }
    }
}
