package dev.handoff.worker;

import dev.handoff.cluster.CurrentWorker;
import dev.handoff.process.MessageException;
import dev.handoff.process.spi.Channel;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.ProcessProvider;
import dev.handoff.process.spi.Timer;
import dev.handoff.unix.DescriptorReserve;
import dev.handoff.unix.Signals;
import dev.handoff.wire.ControlChannel;
import dev.handoff.wire.ControlFrame;
import dev.handoff.wire.Role;
import dev.handoff.wire.RuntimePaths;
import dev.handoff.wire.Scoreboard;
import dev.handoff.wire.TicketSecrets;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * A worker's life, from hello to exit.
 *
 * <pre>
 *   join ─▶ (the handlers start) ─▶ openLane × event loops ─▶ serving ─▶ awaitLeaving ─▶ (connections end) ─▶ leave
 * </pre>
 *
 * One thread, the program's main thread, makes the steps. The master's frames come on the control channel's thread. When that channel
 * ends, the worker leaves, whatever it is doing: without a master it would be an orphan.
 */
public final class WorkerRuntime {
    private static final Logger LOG = Logs.of(WorkerRuntime.class);
    private static final Duration WELCOME_LIMIT = Duration.ofSeconds(30);
    private static final Duration BETWEEN_REQUESTS = Duration.ofSeconds(1);
    private static final Duration GOODBYE_LIMIT = Duration.ofSeconds(1);

    /** Descriptors for a log file, a class, or what a handler opens, while connections are refused. */
    static final int RESERVE = 8;

    /** A lower limit. With {@link #GOODBYE_LIMIT} it is less than the master waits for a worker that has sent Drained. */
    private static final Duration LAST_MESSAGES_LIMIT = Duration.ofMillis(1400);

    private final Role role;
    private final RuntimePaths paths;
    private final DescriptorReserve reserve = new DescriptorReserve(RESERVE);
    private final ControlChannel control;
    private final CompletableFuture<ControlFrame.Welcome> welcome = new CompletableFuture<>();
    private final CountDownLatch leaving = new CountDownLatch(1);
    private final CountDownLatch controlEnded = new CountDownLatch(1);
    private final LanesToDrain lanesToDrain = new LanesToDrain();
    private final ThisWorker self;
    private @Nullable TicketSecrets tickets;
    private Consumer<? super TicketSecrets> ticketsListener = unheard -> {};
    private @Nullable Scoreboard scoreboard;
    private final AtomicLong askedForSuccessorNanos = new AtomicLong(System.nanoTime() - BETWEEN_REQUESTS.toNanos());
    private volatile boolean asked;
    private volatile boolean masterGone;
    private volatile boolean saidGoodbye;

    private WorkerRuntime(Role role) throws IOException {
        this.role = role;
        this.paths = new RuntimePaths(role.directory());
        this.control = ControlChannel.connect(paths.control());
        this.self = new ThisWorker(role, this, messages());
    }

    private static Channel messages() throws IOException {
        try {
            return ProcessProvider.get()
                    .parent()
                    .orElseThrow(() -> new IOException("the environment names no channel for messages"));
        } catch (MessageException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /**
     * Says hello to the master.
     *
     * @return when the master has welcomed this worker
     * @throws JoinException if the master cannot be reached or refuses this worker
     */
    public static WorkerRuntime join(Role role) throws JoinException {
        Logs.queue();
        obeyTheMasterOnly();
        try {
            WorkerRuntime runtime = new WorkerRuntime(role);
            CurrentWorkerProvider.set(runtime.self);
            runtime.sayHello();
            Signals.handle("TERM", () -> runtime.requestLeave("TERM"));
            return runtime;
        } catch (JoinException e) {
            throw e;
        } catch (IOException e) {
            throw JoinException.unreachable(role.workerId(), role.masterPid(), e);
        }
    }

    /**
     * A terminal and systemd signal the whole process group, and the master decides what that means. These signals are handled and not
     * ignored, because the children of a process that ignores a signal ignore it too, signal(7).
     */
    private static void obeyTheMasterOnly() {
        for (String signal : List.of("INT", "HUP", "TTIN", "TTOU", "USR1")) {
            Signals.handle(signal, () -> LOG.debug("SIG{} is left to the master", signal));
        }
    }

    private void sayHello() throws IOException {
        Timer.prepare();
        control.start("handoff-control", new FromMaster());
        control.send(new ControlFrame.Hello(
                ControlFrame.VERSION,
                Scoreboard.VERSION,
                role.workerId(),
                role.token(),
                Runtime.version().toString()));
        try {
            ControlFrame.Welcome answer = welcome.get(WELCOME_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            scoreboard = Scoreboard.open(paths.board(role.workerId()), role.workerId());
            lanesToDrain.begin(answer.eventLoops());
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + WELCOME_LIMIT.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the master's welcome", e);
        }
    }

    /** The master's welcome. */
    public ControlFrame.Welcome welcome() {
        return welcome.join();
    }

    /** This worker, as programs see it. */
    public CurrentWorker self() {
        return self;
    }

    /**
     * Listens for the secrets of TLS session tickets: now, and whenever they change.
     *
     * @param listener called on the caller's thread, then on the control channel's, one call at a time
     */
    public synchronized void onTickets(Consumer<? super TicketSecrets> listener) {
        ticketsListener = listener;
        if (tickets != null) {
            listener.accept(tickets);
        }
    }

    private synchronized void renewTickets(TicketSecrets secrets) {
        tickets = secrets;
        ticketsListener.accept(secrets);
    }

    /** This worker's page of the scoreboard. */
    public Scoreboard scoreboard() {
        Scoreboard page = scoreboard;
        if (page == null) {
            throw new IllegalStateException("this worker has not been welcomed yet");
        }
        return page;
    }

    /**
     * Opens the lane of an event loop. Blocks until it is connected. Only that loop's thread may use the result.
     *
     * @param index 0 to the number of event loops less one, each once
     */
    public HandoffReceiver openLane(int index, HandoffReceiver.Adopter adopter) throws IOException {
        return new HandoffReceiver(HandoffReceiver.connect(paths.rendezvous(), role, index), adopter, reserve);
    }

    /** Tells the master that all lanes are open and the handlers have started. */
    public void serving(List<ControlFrame.Service> services) {
        control.send(new ControlFrame.Listening(services));
        control.send(new ControlFrame.Started());
    }

    /** Tells the master that this worker cannot serve, and why. */
    public void failed(String reason) {
        saidGoodbye = true;
        control.send(new ControlFrame.Failed(reason));
        awaitControlEnd();
    }

    /** Asks the master to offer no more connections. They stop some time after. Any thread, any number of times. */
    public void requestLeave(String reason) {
        asked = true;
        control.send(new ControlFrame.Leave(reason));
    }

    /** Tells the master that this worker has run out of a resource, at most once a second. Any thread. */
    void askForSuccessor(String reason) {
        long now = System.nanoTime();
        long last = askedForSuccessorNanos.get();
        if (now - last >= BETWEEN_REQUESTS.toNanos() && askedForSuccessorNanos.compareAndSet(last, now)) {
            control.send(new ControlFrame.Exhausted(reason));
        }
    }

    private List<Path> unixListeners() {
        if (welcome.isCompletedExceptionally()) {
            return List.of();
        }
        return welcome().listeners().stream()
                .flatMap(listener -> listener.file().stream())
                .toList();
    }

    /**
     * A lane is drained. Called by its event loop; a second call changes nothing.
     *
     * @param index of the lane
     */
    public void laneDrained(int index) {
        if (lanesToDrain.drained(index)) {
            startLeaving();
        }
    }

    private void startLeaving() {
        self.tellLeaving();
        leaving.countDown();
    }

    /**
     * Waits until no more connections will come.
     *
     * @return how long those that are open may go on
     */
    public Duration awaitLeaving() throws InterruptedException {
        leaving.await();
        return drainLimit();
    }

    /** How long open connections may go on when no more come. Any thread. */
    public Duration drainLimit() {
        return masterGone ? Orphan.DRAIN_LIMIT : welcome().drainLimit();
    }

    /**
     * Tells the master that this worker has drained, and ends this process. The program's shutdown hooks may run as long as the master
     * waits between TERM and KILL, and at least a second.
     *
     * @param connectionsCut how many connections were still open at the drain limit
     * @param requestsCut how many requests in progress did not get their answer
     */
    public void leave(int connectionsCut, int requestsCut) {
        saidGoodbye = true;
        control.send(new ControlFrame.Drained(connectionsCut, requestsCut));
        awaitControlEnd();
        if (masterGone) {
            exit(Orphan.EXIT_CODE);
        } else {
            Duration limit = longer(welcome().exitLimit(), GOODBYE_LIMIT);
            awaitLastMessages(longer(limit.minus(GOODBYE_LIMIT), LAST_MESSAGES_LIMIT));
            exit(0, limit);
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** The master closes the channel when it has read the last frame: then all frames have arrived. */
    private void awaitControlEnd() {
        await(controlEnded, GOODBYE_LIMIT, "the master has not answered this worker's last frame");
    }

    /** Their senders were told that this worker has them. The master ends the channel behind the last message. */
    private void awaitLastMessages(Duration limit) {
        CountDownLatch heard = new CountDownLatch(1);
        self.channel().onDisconnect(heard::countDown);
        await(heard, limit, "the program has not received all messages, and receives no more of them");
    }

    private static void await(CountDownLatch what, Duration limit, String complaint) {
        try {
            if (!what.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{} within {} ms", complaint, limit.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends this process; a shutdown hook that hangs cannot prevent that. */
    public static void exit(int code) {
        exit(code, GOODBYE_LIMIT);
    }

    private static void exit(int code, Duration limit) {
        Orphan.haltAfter(limit, code);
        System.exit(code);
    }

    /** Whether this worker or its master has asked that it leaves. */
    boolean isAskedToLeave() {
        return asked || (leaving.getCount() == 0 && !masterGone);
    }

    boolean isConnected() {
        return controlEnded.getCount() > 0;
    }

    private final class FromMaster implements ControlChannel.Listener {
        @Override
        public void onFrame(ControlFrame frame) {
            if (frame instanceof ControlFrame.Tickets renewed) {
                renewTickets(renewed.secrets());
            } else if (frame instanceof ControlFrame.Welcome answer) {
                welcome.complete(answer);
            } else if (frame instanceof ControlFrame.Refused refused) {
                welcome.completeExceptionally(
                        JoinException.refused(role.workerId(), role.masterPid(), refused.reason()));
            } else {
                LOG.warn("the master sent {}, which has no meaning for a worker", frame);
            }
        }

        @Override
        public void onEnd(@Nullable IOException failure) {
            welcome.completeExceptionally(
                    failure != null ? failure : new IOException("the master closed the control channel"));
            if (!saidGoodbye) {
                masterGone = true;
                Orphan.haltAfter(Orphan.LIFE_LIMIT, Orphan.EXIT_CODE);
                LOG.warn(
                        "master {} is gone, or has refused worker {}, which leaves", role.masterPid(), role.workerId());
                new Orphan(role.masterPid(), paths, unixListeners()).removeWhatTheMasterLeft();
            }
            controlEnded.countDown();
            startLeaving();
        }
    }
}
