package dev.handoff.master;

import dev.handoff.acceptor.Acceptor;
import dev.handoff.acceptor.Listener;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.StartException;
import dev.handoff.cluster.SupervisedCluster;
import dev.handoff.control.ControlServer;
import dev.handoff.directory.RuntimeDirectory;
import dev.handoff.launch.Generation;
import dev.handoff.launch.Machine;
import dev.handoff.launch.ResourcePlan;
import dev.handoff.launch.WorkerCommands;
import dev.handoff.launch.WorkerProgram;
import dev.handoff.output.LogSink;
import dev.handoff.output.StandardStreams;
import dev.handoff.probe.Prober;
import dev.handoff.process.spi.Fatal;
import dev.handoff.process.spi.LogEncoding;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.NoThreadException;
import dev.handoff.process.spi.SpareThreads;
import dev.handoff.process.spi.TaskThreads;
import dev.handoff.unix.Closer;
import dev.handoff.wire.ControlFrame.ListenerDescription;
import dev.handoff.wire.ControlFrame.Welcome;
import dev.handoff.workers.ClusterEvents;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;

/** Builds a master, part by part; if one of them cannot be had, those before it are given back. */
final class MasterBuilder {
    private static final Logger LOG = Logs.of(MasterBuilder.class);

    /** For probes, and for what programs do when a future of theirs is done: one may block. */
    private static final int KEPT_THREADS = 2;

    private final Closer closer = new Closer();
    private final ClusterSettings settings;
    private final Generation generation;

    private MasterBuilder(Generation generation) {
        this.settings = generation.settings();
        this.generation = generation;
    }

    /**
     * Starts a cluster.
     *
     * @return once the first workers are ready
     * @throws StartException if it cannot be; nothing is left behind
     */
    static Master start(ClusterSettings settings, Consumer<SupervisedCluster> begun) {
        LogEncoding.beUtf8();
        MasterBuilder builder = new MasterBuilder(WorkerProgram.firstGeneration(settings));
        Master master;
        try {
            master = builder.build();
            begun.accept(master);
            master.begin();
        } catch (NoThreadException e) {
            builder.closer.close();
            throw new StartException(StartException.TOO_LITTLE_ROOM, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            builder.closer.close();
            throw new StartException(StartException.NO_RUNTIME_DIRECTORY, String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            builder.closer.close();
            throw e;
        }
        master.awaitWorkers();
        return master;
    }

    private Master build() throws IOException {
        DescriptorBudget descriptors = DescriptorBudget.ofThisProcess(settings);
        checkThatTheyAreEnough(descriptors);
        Fatal.prepare();
        SpareThreads.keep();
        Logs.queue();
        StandardStreams streams = StandardStreams.takeOver(settings);
        closer.add("write the last lines of the log", streams::giveBack);
        LOG.debug("{} classes loaded ahead", ClassPreloader.loadAll());
        RuntimeDirectory directory = openDirectory();
        List<Listener> listeners = Listener.openAll(settings);
        closer.add("close the listeners", () -> listeners.forEach(Listener::close));
        Inbox inbox = new Inbox();
        SupervisorProxy proxy = new SupervisorProxy(inbox);
        ClusterEvents events = new ClusterEvents();
        Supervisor.Crew crew = crew(
                directory,
                listeners,
                descriptors,
                streams.sink(),
                new Completions(new TaskThreads("handoff-task-", KEPT_THREADS, Integer.MAX_VALUE)),
                events,
                proxy);
        Supervisor supervisor = new Supervisor(generation, crew, inbox, proxy, System::nanoTime);
        sayWhatBegins(directory, listeners);
        Master master = new Master(
                supervisor,
                proxy,
                inbox,
                events,
                crew.completions(),
                listeners.stream().map(Listener::address).toList(),
                closer);
        events.start();
        crew.acceptor().start(Fatal::end);
        crew.control().start();
        return master;
    }

    private void checkThatTheyAreEnough(DescriptorBudget descriptors) {
        descriptors.refusal(settings.count(Setting.WORKERS)).ifPresent(why -> {
            throw new StartException(StartException.TOO_LITTLE_ROOM, "cannot start: " + why);
        });
    }

    private RuntimeDirectory openDirectory() throws IOException {
        RuntimeDirectory directory = RuntimeDirectory.open(settings, generation.programName());
        closer.add("remove " + directory.paths().directory(), directory::close);
        removeAtExit(directory);
        return directory;
    }

    /** A program that ends without a stop leaves no file either; its workers see the end of their channels. */
    private void removeAtExit(RuntimeDirectory directory) {
        Closer atExit = new Closer();
        atExit.add("remove " + directory.paths().directory(), directory::close);
        Thread hook = new Thread(atExit::close, "handoff-shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        closer.add("forget the shutdown hook", () -> forget(hook));
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            LOG.debug("the process ends already, by the hook that was to be forgotten");
        }
    }

    private Supervisor.Crew crew(
            RuntimeDirectory directory,
            List<Listener> listeners,
            DescriptorBudget descriptors,
            LogSink sink,
            Completions completions,
            ClusterEvents events,
            SupervisorProxy proxy)
            throws IOException {
        ControlServer control = new ControlServer(directory.paths().control(), proxy);
        closer.add("close the control socket", control::close);
        Acceptor acceptor = new Acceptor(directory.paths().rendezvous(), settings, listeners, proxy);
        closer.add("end the acceptor", acceptor::close);
        RuntimeDirectoryWatch watch = new RuntimeDirectoryWatch(directory, control, acceptor, events);
        WorkerStarter starter = new WorkerStarter(
                WorkerStarter.launcher(), directory::paths, new WorkerCommands(Machine.ofThisProcess()), sink);
        Prober prober = new Prober(settings, acceptor::probe, completions.threads());
        return new Supervisor.Crew(
                watch, starter, acceptor, control, prober, events, welcome(listeners), completions, descriptors);
    }

    private Welcome welcome(List<Listener> listeners) {
        return new Welcome(
                settings.count(Setting.EVENT_LOOPS),
                settings.duration(Setting.BEAT_EVERY),
                settings.duration(Setting.DRAIN_LIMIT),
                settings.duration(Setting.KILL_AFTER),
                settings.count(Setting.MAX_CONNECTIONS),
                listeners.stream().map(this::description).toList(),
                settings.saidToHandlers());
    }

    private ListenerDescription description(Listener listener) {
        boolean isTheProgramsWord =
                !settings.operatorSaysListeners() && settings.main().isEmpty();
        return new ListenerDescription(
                listener.key(),
                listener.name(),
                listener.address().toString(),
                isTheProgramsWord
                        ? settings.declaredListeners().get(listener.key()).toString()
                        : "");
    }

    private void sayWhatBegins(RuntimeDirectory directory, List<Listener> listeners) {
        LOG.info(
                "cluster {} (pid {}) listens on {} with {} workers",
                directory.name(),
                ProcessHandle.current().pid(),
                listeners.stream()
                        .map(Listener::address)
                        .map(ListenAddress::toString)
                        .collect(Collectors.joining(", ")),
                settings.count(Setting.WORKERS));
        generation
                .plan(Machine.ofThisProcess(), settings.count(Setting.WORKERS))
                .ifPresentOrElse(
                        MasterBuilder::say,
                        () -> LOG.info("memory and processors are not divided: the workers' flags are as typed"));
    }

    private static void say(ResourcePlan plan) {
        LOG.info("{}", plan.startLine());
        plan.warnings().forEach(LOG::warn);
    }
}
