package dev.handoff.sample.rig;

import static dev.handoff.sample.rig.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.Signal;
import dev.handoff.sample.client.StrictConnection;
import dev.handoff.unix.Signals;
import dev.handoff.unix.UnixException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A master and its workers: real processes, told by signals and seen through {@code /proc}. */
public final class RunningCluster {
    static final String EVENTS = "events";

    private static final Pattern ERROR = Pattern.compile("\\bERROR\\b|\\bException in thread\\b");

    /** The master, or the terminal that it is on. */
    private final Process process;

    private final long master;
    private final Path directory;
    private final int workersAtFirst;
    private final @Nullable SSLContext tls;
    private final Output output;
    private final LateClasses lateClasses;
    private boolean errorsExpected;
    private volatile int port;

    RunningCluster(Process process, long master, Path directory, int workersAtFirst, @Nullable SSLContext tls) {
        this.process = process;
        this.master = master;
        this.directory = directory;
        this.workersAtFirst = workersAtFirst;
        this.tls = tls;
        this.output = new Output(process);
        this.lateClasses = new LateClasses(directory, master);
    }

    // --- what there is --------------------------------------------------------------------------------------------

    /** The master's process. */
    public long master() {
        return master;
    }

    /** The workers' processes, ready or not. */
    public Set<Long> workers() {
        return Processes.workersOf(master());
    }

    /** What the master has open while it keeps no client's connection. */
    public List<String> descriptorsOfTheMaster() {
        return await("the master has handed all connections on")
                .until(() -> Processes.descriptors(master()), open -> !Processes.isConnectionAmong(open));
    }

    /** What the cluster has told of itself since it was ready: it was started {@link ClusterBuilder#tellingEvents}. */
    public List<Event> events() {
        Path events = file(EVENTS);
        await("the master tells its events").until(() -> Files.exists(events));
        try {
            return Files.readString(events).lines().map(Event::parse).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the events of master " + master(), e);
        }
    }

    /** Those workers that have ended since it was ready. */
    public Set<Long> endedWorkers() {
        return events().stream()
                .filter(event -> event.name().equals("worker.exited"))
                .map(Event::pid)
                .collect(Collectors.toSet());
    }

    /** Any one of the workers. */
    public long aWorker() {
        return workers().iterator().next();
    }

    /** The port of the only listener. While the master probes a worker it listens on another one for a moment. */
    public int port() {
        if (port == 0) {
            Set<Integer> ports = await("one port on which master " + master() + " listens")
                    .until(() -> Processes.portsOf(master()), listening -> listening.size() == 1);
            port = ports.iterator().next();
        }
        return port;
    }

    public boolean isListening() {
        return !Processes.portsOf(master()).isEmpty();
    }

    /** Whether a worker holds the listening socket itself. */
    public boolean isListening(long worker) {
        return Processes.portsOf(worker).contains(port());
    }

    /** What master and workers print. */
    public Output output() {
        return output;
    }

    /** A place for a test's own files, which goes with the cluster. */
    public Path file(String name) {
        return directory.resolve("cwd").resolve(name);
    }

    /** What the cluster keeps while it runs. */
    public Path runtimeDirectory() {
        return directory.resolve("run");
    }

    /** A new connection to it. */
    public StrictConnection connect() throws IOException {
        return StrictConnection.to(port(), tls);
    }

    /** The process that answers a new connection. */
    public long whoAnswers() {
        try (StrictConnection client = connect()) {
            return client.askWho();
        } catch (IOException e) {
            throw new UncheckedIOException("nobody answers on port " + port(), e);
        }
    }

    /** Waits until the master listens. */
    public void awaitListening() {
        await("the master listens").until(() -> {
            assertThat(process.isAlive())
                    .as("the master is alive:%n%s", output.text())
                    .isTrue();
            return isListening();
        });
    }

    /** Waits until as many workers as at first answer, and there are no others. */
    public RunningCluster awaitReady() {
        return awaitReady(workersAtFirst);
    }

    /** Waits until that many workers answer, and there are no others. */
    public RunningCluster awaitReady(int count) {
        awaitListening();
        await(count + " workers answer").until(() -> {
            Set<Long> answering = new HashSet<>();
            for (int i = 0; i < 2 * count; i++) {
                answering.add(whoAnswers());
            }
            return answering.size() == count && answering.equals(workers());
        });
        lateClasses.beginOnce();
        return this;
    }

    // --- what is done to it ---------------------------------------------------------------------------------------

    /** Sends a signal to the master. */
    public void signal(Signal signal) {
        send(master(), signal);
    }

    /** Sends a signal to the master again and again, as an operator does who has no patience, until it has ended. */
    public void signalUntilItEnds(Signal signal) {
        await("master " + master() + " ends by " + signal)
                .until(() -> !process.isAlive() || !Signals.send(master(), signal.number()));
    }

    /** Sends a signal to every process of the cluster at once, as a terminal does. */
    public void signalAll(Signal signal) {
        Tool.run("kill", "-" + signal, "--", "-" + master());
    }

    /** Sends a signal to a process. */
    public static void send(long pid, Signal signal) {
        try {
            assertThat(Signals.send(pid, signal.number()))
                    .as("process %d is there", pid)
                    .isTrue();
        } catch (UnixException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops a process where it is: it does nothing any more until it is told to go on. */
    public static void freeze(long pid) {
        send(pid, Signal.STOP);
        await("process " + pid + " is stopped").until(() -> Processes.isStopped(pid));
    }

    /** Kills a worker. */
    public void kill(long worker) {
        send(worker, Signal.KILL);
    }

    /** Ends the terminal that the master was started on. */
    public void takeTerminalAway() {
        process.destroyForcibly();
        awaitExit();
    }

    /** Takes away what the cluster keeps while it runs, all at once. */
    public void removeRuntimeDirectory() throws IOException {
        Files.move(runtimeDirectory(), directory.resolve("removed"));
    }

    /** Waits until a worker that was killed is gone and replaced by one that answers. */
    public void awaitReplaced(Collection<Long> gone, int count) {
        await("the killed workers " + gone + " are gone").until(() -> Collections.disjoint(workers(), gone));
        awaitReady(count);
    }

    /** Rolls by HUP, and waits until every worker is another. A new one takes over before the old one leaves. */
    public void roll() {
        Set<Long> old = workers();
        signal(Signal.HUP);
        await("all workers " + old + " are replaced")
                .until(() -> workers().size() == old.size() && Collections.disjoint(workers(), old));
    }

    /** Scales by one signal, and waits for the number of processes. */
    public void scaleTo(int count, Signal by) {
        signal(by);
        await(count + " workers").until(() -> workers().size() == count);
    }

    /** Asks it to stop, and waits for the end. */
    public int stop() {
        if (process.isAlive()) {
            signal(Signal.TERM);
        }
        return awaitExit();
    }

    /** Waits for the end of the master. */
    public int awaitExit() {
        await("master " + master() + " has ended").until(() -> !process.isAlive());
        return process.exitValue();
    }

    // --- what may be left -----------------------------------------------------------------------------------------

    /** From now on an ERROR in the log is what the test wants to see. */
    public void expectErrors() {
        errorsExpected = true;
    }

    /** Waits until no process and no file of the cluster is left; its master has ended. */
    public void awaitNothingLeft() {
        assertThat(process.isAlive()).as("master %d is alive", master()).isFalse();
        await("no process of session " + master() + " is left")
                .until(() -> Processes.ofSession(master()).isEmpty());
        await("no file is left in " + runtimeDirectory())
                .untilAsserted(() -> assertThat(filesIn("run")).isEmpty());
        await("no temporary file is left")
                .untilAsserted(() -> assertThat(filesIn("tmp")).isEmpty());
    }

    private List<Path> filesIn(String name) throws IOException {
        Path top = directory.resolve(name);
        try (Stream<Path> files = Files.walk(top)) {
            return files.filter(file -> !file.equals(top)).toList();
        }
    }

    /** That nobody complained, unless that was expected. */
    void assertNoErrors() {
        output.awaitEnd();
        lateClasses.assertNone();
        if (!errorsExpected) {
            assertThat(output.text().lines().filter(line -> ERROR.matcher(line).find()))
                    .as("errors in the log of master %d", master())
                    .isEmpty();
        }
    }

    /** Ends what is still there, however it is, and removes the directory. */
    void destroy() {
        Processes.ofSession(master()).forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        await("the killed processes are gone")
                .until(() -> Processes.ofSession(master()).isEmpty());
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + directory, e);
        }
    }
}
