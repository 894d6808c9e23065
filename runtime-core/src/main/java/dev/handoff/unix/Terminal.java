package dev.handoff.unix;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The terminal that this process was started on. */
public final class Terminal {
    private Terminal() {}

    /** Whether this process has a terminal that still exists: {@code /dev/tty} can be opened, tty(4). */
    public static boolean isControlling() {
        try (FileChannel terminal = FileChannel.open(Path.of("/dev/tty"), StandardOpenOption.READ)) {
            return terminal.isOpen();
        } catch (IOException e) {
            return false;
        }
    }
}
