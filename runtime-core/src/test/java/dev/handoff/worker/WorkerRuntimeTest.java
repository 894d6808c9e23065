package dev.handoff.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.cluster.Protocol;
import dev.handoff.process.Signal;
import dev.handoff.unix.ChildJvm;
import dev.handoff.unix.ExclusiveLock;
import dev.handoff.unix.Fd;
import dev.handoff.unix.ListeningSocket;
import dev.handoff.unix.Poller;
import dev.handoff.unix.SeqPacketSocket;
import dev.handoff.unix.SeqPacketSocket.Received;
import dev.handoff.unix.Signals;
import dev.handoff.wire.ChannelHandshake;
import dev.handoff.wire.ControlChannel;
import dev.handoff.wire.ControlFrame;
import dev.handoff.wire.ControlFrame.Drained;
import dev.handoff.wire.ControlFrame.Failed;
import dev.handoff.wire.ControlFrame.Hello;
import dev.handoff.wire.ControlFrame.Leave;
import dev.handoff.wire.ControlFrame.ListenerDescription;
import dev.handoff.wire.ControlFrame.Listening;
import dev.handoff.wire.ControlFrame.Refused;
import dev.handoff.wire.ControlFrame.Service;
import dev.handoff.wire.ControlFrame.Started;
import dev.handoff.wire.ControlFrame.Welcome;
import dev.handoff.wire.LaneSocket;
import dev.handoff.wire.LaneSocket.Kind;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Refusal;
import dev.handoff.wire.Role;
import dev.handoff.wire.RuntimePaths;
import dev.handoff.wire.Scoreboard;
import dev.handoff.wire.StateFormat;
import dev.handoff.wire.Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import jnr.unixsocket.UnixServerSocketChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A worker's process whose master is the test. */
final class WorkerRuntimeTest implements ControlChannel.Listener {
    private static final int WORKER = 7;
    private static final int OTHER_VERSION = 70;
    private static final int MASTER_GONE = 71;
    private static final int START_THREW = 72;
    private static final Token TOKEN = Token.random();

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final BlockingQueue<ControlFrame> frames = new LinkedBlockingQueue<>();

    @TempDir
    private Path parent = Path.of("/nowhere");

    private @Nullable Master master;
    private Path left = Path.of("/nowhere");
    private Path shared = Path.of("/nowhere");

    private record Master(
            RuntimePaths paths,
            ExclusiveLock lock,
            UnixServerSocketChannel control,
            SeqPacketSocket rendezvous,
            ChannelHandshake handshake) {}

    @BeforeEach
    void beMaster() throws IOException {
        RuntimePaths paths = new RuntimePaths(parent.resolve("cluster"));
        Files.createDirectories(paths.boards());
        Scoreboard.create(paths.board(WORKER), WORKER, 1);
        ExclusiveLock lock = ExclusiveLock.tryLock(paths.lock()).orElseThrow();
        UnixServerSocketChannel control = UnixServerSocketChannel.open();
        control.socket().bind(new UnixSocketAddress(paths.control().toFile()));
        SeqPacketSocket rendezvous = SeqPacketSocket.listen(paths.rendezvous(), 8);
        ChannelHandshake handshake = ChannelHandshake.at(paths.channel(WORKER));
        opened.addAll(List.of(lock, control, rendezvous, handshake));
        left = parent.resolve("left");
        ListeningSocket.bind(left, 8).close();
        shared = parent.resolve("shared");
        opened.add(ListeningSocket.bind(shared, 8));
        master = new Master(paths, lock, control, rendezvous, handshake);
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private Master master() {
        return Objects.requireNonNull(master);
    }

    @Override
    public void onFrame(ControlFrame frame) {
        frames.add(frame);
    }

    @Override
    public void onEnd(@Nullable IOException failure) {
        assertThat(failure).isNull();
    }

    private ControlFrame next() throws InterruptedException {
        return Objects.requireNonNull(frames.poll(30, TimeUnit.SECONDS), "no frame within 30 s");
    }

    private ChildJvm fork(String manner) throws IOException {
        long self = ProcessHandle.current().pid();
        Role role = new Role(
                self, Role.startOf(self), WORKER, 2, 3, master().paths().directory(), TOKEN);
        Map<String, String> environment = master().handshake().writeRole(role).environment();
        ChildJvm child = ChildJvm.start(List.of(), environment, Program.class, manner);
        opened.add(child);
        return child;
    }

    private ControlChannel acceptHello() throws Exception {
        ControlChannel control = new ControlChannel(master().control().accept());
        opened.add(control);
        control.start("tested-master", this);
        assertThat(next())
                .isEqualTo(new Hello(
                        ControlFrame.VERSION,
                        Scoreboard.VERSION,
                        WORKER,
                        TOKEN,
                        Runtime.version().toString()));
        return control;
    }

    private ControlChannel welcome() throws Exception {
        return welcome(Duration.ZERO);
    }

    private ControlChannel welcome(Duration exitLimit) throws Exception {
        ControlChannel control = acceptHello();
        control.send(new Welcome(
                1,
                Duration.ofMillis(250),
                Duration.ofSeconds(20),
                exitLimit,
                0,
                List.of(
                        new ListenerDescription(0, "", "127.0.0.1:80", ""),
                        new ListenerDescription(1, "", "[::]:80", ""),
                        new ListenerDescription(2, "", "unix:" + left, ""),
                        new ListenerDescription(3, "", "unix:" + shared, "")),
                Map.of()));
        return control;
    }

    private LaneSocket acceptLane() throws IOException {
        Poller poller = new Poller();
        poller.add(master().rendezvous().fd(), Poller.IN);
        assertThat(poller.poll(30_000)).isOne();
        LaneSocket lane = new LaneSocket(master().rendezvous().accept().orElseThrow());
        opened.add(lane);
        poller.clear();
        poller.add(lane.fd(), Poller.IN);
        assertThat(poller.poll(30_000)).isOne();
        assertThat(lane.receive()).isEqualTo(Received.MESSAGE);
        assertThat(lane.kind()).isEqualTo(Kind.HELLO);
        assertThat(lane.workerId()).isEqualTo(WORKER);
        assertThat(lane.token()).isEqualTo(TOKEN);
        return lane;
    }

    private void awaitServing() throws InterruptedException {
        assertThat(next()).isEqualTo(new Listening(List.of(new Service(Protocol.HTTP, new StateFormat("x", 3)))));
        assertThat(next()).isEqualTo(new Started());
    }

    /** It was heard, and gets no more messages. */
    private void sayGoodbye(ControlChannel control) {
        control.close();
        master().handshake().close();
    }

    /** As the kernel does it for a master that is killed. */
    private void die(ControlChannel control) throws IOException {
        master().lock().close();
        master().rendezvous().close();
        control.close();
        master().control().close();
    }

    @Test
    void fromHelloToExit() throws Exception {
        ChildJvm worker = fork("serve");
        ControlChannel control = welcome();
        LaneSocket lane = acceptLane();
        awaitServing();
        lane.drain();
        assertThat(next()).isEqualTo(new Drained(2, 3));
        assertThat(worker.process().isAlive()).as("it waits until it was heard").isTrue();
        sayGoodbye(control);
        assertThat(worker.exitCode()).isZero();
        assertThat(master().paths().directory()).exists();
    }

    @ParameterizedTest
    @CsvSource({"hook, 30, hook is done", "hang, 0, ''"})
    void shutdownHooksHaveUntilTheExitLimit(String manner, int exitLimit, String said) throws Exception {
        ChildJvm worker = fork(manner);
        ControlChannel control = welcome(Duration.ofSeconds(exitLimit));
        LaneSocket lane = acceptLane();
        awaitServing();
        lane.drain();
        assertThat(next()).isEqualTo(new Drained(2, 3));
        sayGoodbye(control);
        assertThat(worker.exitCode()).isZero();
        assertThat(worker.output()).isEqualTo(said);
    }

    @Test
    void aTermAsksTheMasterAndASignalToTheGroupSaysNothing() throws Exception {
        ChildJvm worker = fork("serve");
        ControlChannel control = welcome();
        LaneSocket lane = acceptLane();
        awaitServing();
        long pid = worker.process().pid();
        assertThat(Path.of("/proc", Long.toString(pid), "status"))
                .content()
                .as("what it ignored its children would ignore as well")
                .contains("SigIgn:\t" + statusOfThisProcess("SigIgn"));
        for (Signal each : List.of(Signal.INT, Signal.HUP, Signal.TTIN, Signal.TTOU, Signal.TERM)) {
            Signals.send(pid, each.number());
        }
        assertThat(next()).isEqualTo(new Leave("TERM"));
        lane.drain();
        assertThat(next()).isEqualTo(new Drained(2, 3));
        sayGoodbye(control);
        assertThat(worker.exitCode()).isZero();
    }

    private static String statusOfThisProcess(String field) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith(field + ":\t"))
                    .map(line -> line.substring(field.length() + 2))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void whoIsSentAwayEndsAndTouchesNothing() throws Exception {
        ChildJvm worker = fork("serve");
        acceptHello().close();
        assertThat(worker.exitCode()).isEqualTo(MASTER_GONE);
        assertThat(master().paths().lock()).exists();
    }

    @Test
    void whoIsOfAnotherVersionEndsSayingSo() throws Exception {
        ChildJvm worker = fork("serve");
        acceptHello().send(new Refused("it speaks version 1, this master speaks version 2"));
        assertThat(worker.exitCode()).isEqualTo(OTHER_VERSION);
        assertThat(worker.output())
                .contains("refuses worker " + WORKER + ": it speaks version 1, this master speaks version 2");
        assertThat(master().paths().lock()).exists();
    }

    @Test
    void withoutAMasterItEndsAndTidiesUp() throws Exception {
        ChildJvm worker = fork("serve");
        ControlChannel control = welcome();
        acceptLane();
        awaitServing();
        die(control);
        assertThat(worker.exitCode()).isEqualTo(MASTER_GONE);
        assertThat(master().paths().directory()).doesNotExist();
        assertThat(left).doesNotExist();
        assertThat(shared).as("what siblings of the worker still accept from").doesNotExist();
    }

    @Test
    void aSuccessorsDirectoryIsLeftAlone() throws Exception {
        ChildJvm worker = fork("serve");
        ControlChannel control = welcome();
        acceptLane();
        awaitServing();
        master().lock().close();
        opened.add(ExclusiveLock.tryLock(master().paths().lock()).orElseThrow());
        control.close();
        assertThat(worker.exitCode()).isEqualTo(MASTER_GONE);
        assertThat(master().paths().rendezvous()).exists();
        assertThat(left).exists();
        assertThat(shared).exists();
    }

    @Test
    void withoutAMasterNotEvenABlockedProgramLivesOn() throws Exception {
        ChildJvm worker = fork("block");
        ControlChannel control = welcome();
        acceptLane();
        awaitServing();
        die(control);
        assertThat(worker.exitCode()).isEqualTo(MASTER_GONE);
    }

    @Test
    void whatCannotServeSaysWhy() throws Exception {
        ChildJvm worker = fork("fail");
        ControlChannel control = welcome();
        assertThat(next()).isEqualTo(new Failed("no database"));
        control.close();
        assertThat(worker.exitCode()).isEqualTo(START_THREW);
    }

    /** A worker with one event loop that serves nothing. */
    static final class Program implements HandoffReceiver.Adopter {
        private final WorkerRuntime runtime;

        private Program(WorkerRuntime runtime) {
            this.runtime = runtime;
        }

        public static void main(String[] arguments) throws Exception {
            try {
                live(WorkerRuntime.join(Role.ofThisProcess().orElseThrow()), arguments[0]);
            } catch (JoinException e) {
                System.out.println(e.getMessage());
                WorkerRuntime.exit(e.exitCode());
            }
        }

        private static void live(WorkerRuntime runtime, String manner) throws IOException, InterruptedException {
            if (manner.equals("fail")) {
                runtime.failed("no database");
                WorkerRuntime.exit(START_THREW);
            }
            if (manner.equals("hook")) {
                // Longer than those of a worker have that has not come up, or whose master is gone.
                Runtime.getRuntime().addShutdownHook(new Thread(Program::finish));
            }
            if (manner.equals("hang")) {
                Thread main = Thread.currentThread();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitEnd(main)));
            }
            HandoffReceiver lane = runtime.openLane(0, new Program(runtime));
            Thread loop = new Thread(() -> read(lane), "loop");
            loop.setDaemon(true);
            loop.start();
            runtime.serving(List.of(new Service(Protocol.HTTP, new StateFormat("x", 3))));
            if (manner.equals("block")) {
                Thread.currentThread().join();
            }
            runtime.awaitLeaving();
            runtime.leave(2, 3);
        }

        private static void finish() {
            LockSupport.parkNanos(Duration.ofMillis(1500).toNanos());
            System.out.println("hook is done");
        }

        /** For ever: the one that waits for the hooks. */
        private static void awaitEnd(Thread main) {
            try {
                main.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private static void read(HandoffReceiver lane) {
            try {
                Poller poller = new Poller();
                poller.add(lane.fd(), Poller.IN);
                poller.poll(-1);
                while (lane.receive()) {
                    poller.poll(-1);
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Override
        public Optional<Refusal> refusal(Offer offer, int before) {
            return Optional.of(Refusal.FULL);
        }

        @Override
        public void adopt(Offer offer) {
            throw new AssertionError("it refuses all");
        }

        @Override
        public void listen(int listener, Fd listeningSocket) {
            listeningSocket.close();
        }

        @Override
        public void unlisten(int listener) {}

        @Override
        public void drain() {
            runtime.laneDrained(0);
        }
    }
}
