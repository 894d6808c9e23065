package dev.handoff.child;

import dev.handoff.process.spi.Logs;
import dev.handoff.unix.DirectoryFd;
import dev.handoff.unix.Fd;
import dev.handoff.unix.SocketFd;
import dev.handoff.unix.UnixException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The directory that this process pretends to be in, kept open: children start in it even when it was removed, as those of a process do
 * that the kernel keeps in one. Any thread may call.
 */
final class HeldDirectory {
    private static final Logger LOG = Logs.of(HeldDirectory.class);
    private static @Nullable Fd held;

    private HeldDirectory() {}

    /** Holds another one instead. */
    static synchronized void enter(Path directory) {
        Fd before = held;
        try {
            held = DirectoryFd.open(directory);
        } catch (UnixException e) {
            held = null;
            LOG.debug("{} is not held: children start in it as long as it is there", directory, e);
        }
        if (before != null) {
            before.close();
        }
    }

    /** Another descriptor of it, for one start; none if nothing is held. */
    static synchronized Optional<Fd> duplicate() throws UnixException {
        Fd now = held;
        return now == null ? Optional.empty() : Optional.of(SocketFd.duplicate(now));
    }

    /** How a child of this process finds it. */
    static Path path(Fd directory) {
        return Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + directory.number());
    }
}
