package dev.handoff.launch;

import dev.handoff.child.ChildHandle;
import dev.handoff.child.LaunchMechanism;
import dev.handoff.child.ProcessSpec;
import dev.handoff.child.ProcessSpec.Stream;
import dev.handoff.child.SignalSender;
import dev.handoff.cluster.Setting;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.NoThreadException;
import dev.handoff.unix.Closer;
import dev.handoff.unix.Fd;
import dev.handoff.unix.FdChannel;
import dev.handoff.unix.Pipe;
import dev.handoff.unix.Spawn.Mode;
import dev.handoff.unix.UnixException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;

/** Starts processes. Any thread may call; a call takes a few milliseconds, in which the kernel copies page tables. */
public final class WorkerLauncher {
    private static final Logger LOG = Logs.of(WorkerLauncher.class);

    /** What a worker may print while the master does not read, because it is stopped, say. */
    private static final int PIPE_BYTES = 1 << 20;

    private final SignalSender signals;

    /**
     * A launcher.
     *
     * @param signals how the children are sent what the JDK cannot send: all but TERM and KILL
     */
    public WorkerLauncher(SignalSender signals) {
        this.signals = signals;
    }

    /**
     * Starts a process with {@code /dev/null} as its standard input and pipes to us as its standard output and error.
     * It inherits no other descriptor. The pipes are ours and not the JDK's: that one closes its ends at the process's exit,
     * by which a reader that waits is not woken as long as a grandchild holds the other end.
     *
     * @throws IOException if it cannot be started; the message names worker, program and reason
     */
    public WorkerProcess launch(LaunchSpec spec) throws IOException {
        Closer undo = new Closer();
        try (Pipe out = Pipe.open();
                Pipe err = Pipe.open()) {
            if (spec.directory().isPresent()) {
                check(spec.directory().get());
            }
            FdChannel stdout = reader(out, undo);
            FdChannel stderr = reader(err, undo);
            Process process = start(spec, out, err);
            String waiter = "handoff-worker-" + spec.workerId() + "-exit";
            return new WorkerProcess(ChildHandle.watch(process, waiter, signals), stdout, stderr);
        } catch (NoThreadException e) {
            undo.close();
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            undo.close();
            throw new IOException("cannot start worker " + spec.workerId() + ": " + e.getMessage(), e);
        }
    }

    /** The JDK would say that of the launcher, too: no such file or directory. */
    private static void check(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("its working directory " + directory + " is not there; a deploy may have removed it."
                    + " It is looked for again at each start; the setting "
                    + Setting.DIRECTORY.key() + " names another");
        }
    }

    private static FdChannel reader(Pipe pipe, Closer undo) throws UnixException {
        if (!pipe.resize(PIPE_BYTES)) {
            LOG.debug("a worker's pipe keeps the size it has: the kernel allows no more");
        }
        FdChannel channel = new FdChannel(new Fd(pipe.readEnd().release()));
        undo.add("close a worker's pipe", channel::close);
        return channel;
    }

    private static Process start(LaunchSpec spec, Pipe out, Pipe err) throws IOException {
        Map<String, String> environment = new HashMap<>(CurrentProcess.env());
        environment.putAll(spec.environment());
        return LaunchMechanism.start(new ProcessSpec(
                spec.command(),
                environment,
                spec.directory(),
                Optional.of(Stream.ofNothing()),
                Optional.of(Stream.end(out.writeEnd(), Mode.WRITE)),
                Optional.of(Stream.end(err.writeEnd(), Mode.WRITE))));
    }
}
