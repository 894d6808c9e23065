package dev.handoff.master;

import dev.handoff.acceptor.Acceptor;
import dev.handoff.control.ControlServer;
import dev.handoff.directory.RuntimeDirectory;
import dev.handoff.process.spi.Logs;
import dev.handoff.unix.OwnFile;
import dev.handoff.wire.RuntimeFiles;
import dev.handoff.wire.RuntimePaths;
import dev.handoff.workers.ClusterEvents;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;

/**
 * Sees that workers find the master: the runtime directory with its sockets, made again if it is removed. Connected
 * workers do not need it any more, but the next worker could not connect. The supervisor's thread only.
 */
final class RuntimeDirectoryWatch {
    private static final Logger LOG = Logs.of(RuntimeDirectoryWatch.class);
    private static final long REST_NANOS = Duration.ofSeconds(1).toNanos();

    private final RuntimeDirectory directory;
    private final ControlServer control;
    private final Acceptor acceptor;
    private final ClusterEvents events;
    private Optional<OwnFile> controlSocket;
    private Optional<OwnFile> rendezvousSocket;
    private boolean failed;
    private long failedNanos;

    RuntimeDirectoryWatch(RuntimeDirectory directory, ControlServer control, Acceptor acceptor, ClusterEvents events)
            throws IOException {
        this.directory = directory;
        this.control = control;
        this.acceptor = acceptor;
        this.events = events;
        controlSocket = OwnFile.at(directory.paths().control());
        rendezvousSocket = OwnFile.at(directory.paths().rendezvous());
    }

    /** Looks, and puts right what is wrong; tries again a little later if that fails. */
    void keep(long nowNanos) {
        if (failed && nowNanos - failedNanos < REST_NANOS) {
            return;
        }
        try {
            boolean recreated = directory.recreateIfMissing();
            if (listenAgainIfMissing(directory.paths()) || recreated) {
                LOG.warn("{} was removed, and made again", directory.paths().directory());
                events.publish(
                        "runtime.recreated", 0, 0, directory.paths().directory().toString());
            }
            failed = false;
        } catch (IOException | RuntimeException e) {
            failed(e, nowNanos);
        }
    }

    private void failed(Exception failure, long nowNanos) {
        boolean first = !failed;
        failed = true;
        failedNanos = nowNanos;
        if (first) {
            LOG.error("no worker can be started, tried again every second: {}", failure.toString());
        }
    }

    private boolean listenAgainIfMissing(RuntimePaths paths) throws IOException {
        boolean controlMissing = isMissing(controlSocket, paths.control());
        if (controlMissing) {
            RuntimeFiles.remove(paths.control());
            control.listenAgain(paths.control());
            controlSocket = OwnFile.at(paths.control());
        }
        boolean rendezvousMissing = isMissing(rendezvousSocket, paths.rendezvous());
        if (rendezvousMissing) {
            RuntimeFiles.remove(paths.rendezvous());
            acceptor.listenAgain(paths.rendezvous());
            rendezvousSocket = OwnFile.at(paths.rendezvous());
        }
        return controlMissing || rendezvousMissing;
    }

    /** Another file in its place is no socket of ours, either. */
    private static boolean isMissing(Optional<OwnFile> socket, Path path) throws IOException {
        return socket.isEmpty()
                || !socket.get().path().equals(path)
                || !socket.get().isInPlace();
    }
}
