package dev.handoff.acceptor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.handoff.acceptor.WorkerEnd.Taken;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.Protocol;
import dev.handoff.cluster.SchedulingPolicy;
import dev.handoff.cluster.Setting;
import dev.handoff.unix.ClientPair;
import dev.handoff.unix.Fd;
import dev.handoff.unix.OpenDescriptors;
import dev.handoff.unix.SeqPacketSocket.Received;
import dev.handoff.wire.ControlFrame.Service;
import dev.handoff.wire.LaneSocket.Kind;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Progress;
import dev.handoff.wire.Refusal;
import dev.handoff.wire.StateFormat;
import dev.handoff.wire.Token;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real acceptor with real sockets; the workers' ends are the test's. */
final class AcceptorTest implements Acceptor.Events {
    private static final long PID = ProcessHandle.current().pid();

    private final int before = OpenDescriptors.count();
    private final Map<Integer, Token> tokens = new ConcurrentHashMap<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final BlockingQueue<Integer> lanesOpen = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> failures = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> overloads = new LinkedBlockingQueue<>();
    private final List<Listener> listeners = new ArrayList<>();
    private ClusterSettings settings = ClusterSettings.defaults()
            .listen(ListenOptions.address("127.0.0.1", 0).backlog(512));

    /** What the acceptor's thread does when it has told that lanes are open. */
    private volatile Runnable afterLanesOpen = () -> {};

    @TempDir
    private Path directory = Path.of("/nowhere");

    @Override
    public void onLanesOpen(int workerId) {
        lanesOpen.add(workerId);
        afterLanesOpen.run();
    }

    @Override
    public void onLaneFailed(int workerId, String reason) {
        failures.add(workerId + ": " + reason);
    }

    @Override
    public void onLaneBroken(int workerId, String reason) {
        failures.add(workerId + " broke it: " + reason);
    }

    @Override
    public void onOverloadBegin(String how) {
        overloads.add("begin: " + how);
    }

    @Override
    public void onOverloadEnd(String how) {
        overloads.add("end: " + how);
    }

    private Path rendezvous() {
        return directory.resolve("rendezvous");
    }

    private Acceptor startAcceptor() throws IOException {
        listeners.addAll(Listener.openAll(settings.listeners()));
        Acceptor acceptor = new Acceptor(rendezvous(), settings, listeners, this);
        acceptor.start((thread, failure) -> failures.add("the acceptor: " + failure));
        opened.add(acceptor);
        return acceptor;
    }

    private WorkerEnd connect(Acceptor acceptor, int id) throws Exception {
        acceptor.expect(id, id, PID, tokens.computeIfAbsent(id, any -> Token.random()));
        WorkerEnd end = openLane(id, 0);
        assertThat(lanesOpen.poll(20, TimeUnit.SECONDS)).isEqualTo(id);
        return end;
    }

    private WorkerEnd openLane(int id, int lane) throws IOException {
        WorkerEnd end = new WorkerEnd(rendezvous(), id, lane, Objects.requireNonNull(tokens.get(id)));
        opened.add(end);
        return end;
    }

    private WorkerEnd ready(Acceptor acceptor, int id) throws Exception {
        WorkerEnd end = connect(acceptor, id);
        acceptor.workerReady(id, List.of());
        return end;
    }

    private Socket client() throws IOException {
        Socket client = new Socket();
        // No TIME_WAIT: this machine's ports would run out.
        client.setSoLinger(true, 0);
        client.setSoTimeout(20_000);
        opened.add(client);
        client.connect(listeners.get(0).socket().localAddress(), 20_000);
        return client;
    }

    private List<Integer> clients(int count) throws IOException {
        List<Integer> ports = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            ports.add(client().getLocalPort());
        }
        return ports;
    }

    private static List<Integer> ports(List<Taken> taken) {
        return taken.stream().map(Taken::clientPort).toList();
    }

    private int waitingInTheKernel() throws IOException {
        return listeners.get(0).socket().backlog().waiting();
    }

    private String failure() throws InterruptedException {
        return Objects.requireNonNull(failures.poll(20, TimeUnit.SECONDS), "no failure of a lane within 20 s");
    }

    @AfterEach
    void leaveNothing() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }

    // --- out ------------------------------------------------------------------------------------------------------

    @Test
    void twentyThousandConnectionsGoStrictlyInTurnAndLeaveNoDescriptor() throws Exception {
        Acceptor acceptor = startAcceptor();
        List<WorkerEnd> workers = new ArrayList<>();
        int[] served = new int[4];
        for (int index = 0; index < served.length; index++) {
            workers.add(ready(acceptor, index + 1));
        }
        int open = OpenDescriptors.count();
        InetSocketAddress where = (InetSocketAddress) listeners.get(0).socket().localAddress();
        for (int total = 50; total <= 20_000; total += 50) {
            List<Socket> batch = new ArrayList<>();
            for (int index = 0; index < 50; index++) {
                Socket client = new Socket(where.getAddress(), where.getPort());
                client.setSoLinger(true, 0);
                batch.add(client);
            }
            int expected = total;
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> serveAll(workers, served) == expected);
            assertThat(spread(served)).as("after %s", total).isLessThanOrEqualTo(1);
            for (Socket client : batch) {
                client.close();
            }
        }
        await().untilAsserted(() -> assertThat(OpenDescriptors.count()).isEqualTo(open));
    }

    private static int serveAll(List<WorkerEnd> workers, int[] served) throws IOException {
        int sum = 0;
        for (int index = 0; index < served.length; index++) {
            served[index] += workers.get(index).serveWhatThereIs();
            sum += served[index];
        }
        return sum;
    }

    private static int spread(int[] counts) {
        return Arrays.stream(counts).max().orElseThrow()
                - Arrays.stream(counts).min().orElseThrow();
    }

    @Test
    void noWorkerGetsMoreThanItsCreditAndTheRestWaitsInTheKernel() throws Exception {
        settings = settings.with(Setting.CREDIT, 4);
        Acceptor acceptor = startAcceptor();
        WorkerEnd one = ready(acceptor, 1);
        WorkerEnd two = ready(acceptor, 2);
        clients(20);

        List<Taken> ofOne = one.take(4);
        two.take(4);
        await().untilAsserted(() -> assertThat(waitingInTheKernel()).isEqualTo(12));
        one.expectNothing();
        two.expectNothing();

        one.acknowledge(ofOne.subList(0, 1));
        one.take(1);
        await().untilAsserted(() -> assertThat(waitingInTheKernel()).isEqualTo(11));
        one.expectNothing();
        two.expectNothing();
    }

    /** They come faster than the acceptor takes them: those that it takes in one pass are far fewer. */
    @Test
    void answersAreReadWhileConnectionsKeepComing() throws Exception {
        int crowd = 200;
        CountDownLatch choosing = new CountDownLatch(2);
        CountDownLatch gathered = new CountDownLatch(1);
        CompletableFuture<Boolean> answered = new CompletableFuture<>();
        AtomicInteger choices = new AtomicInteger();
        List<Socket> first = new CopyOnWriteArrayList<>();
        settings = settings.with(Setting.CREDIT, crowd + 2).policy((candidates, client) -> {
            choosing.countDown();
            int choice = choices.incrementAndGet();
            if (choice == 2) {
                awaitUninterruptibly(gathered);
            } else if (choice == crowd) {
                answered.complete(isEndedSoon(first.get(0)));
            }
            return 0;
        });
        Acceptor acceptor = startAcceptor();
        WorkerEnd worker = ready(acceptor, 1);
        first.add(client());
        List<Taken> taken = worker.take(1);
        clients(1);
        assertThat(choosing.await(20, TimeUnit.SECONDS)).isTrue();
        worker.acknowledge(taken);
        taken.get(0).close();
        clients(crowd);
        gathered.countDown();
        assertThat(answered.get(30, TimeUnit.SECONDS))
                .as("the last copy of the first connection is closed before the last is given away")
                .isTrue();
        worker.take(crowd + 1);
    }

    @Test
    void whatHasQueuedUpTravelsInFramesOfSixteenInItsOrder() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd worker = connect(acceptor, 1);
        List<Integer> ports = clients(40);
        acceptor.workerReady(1, List.of());

        List<Taken> all = new ArrayList<>();
        while (all.size() < 40) {
            List<Taken> frame = worker.takeFrame();
            assertThat(frame).hasSizeLessThanOrEqualTo(16);
            all.addAll(frame);
        }
        assertThat(ports(all)).isEqualTo(ports);
        assertThat(all).extracting(Taken::sequence).startsWith(0L, 1L).endsWith(39L);
    }

    @Test
    void whenTheKernelCanHardlyKeepMoreTheMasterKeepsSome() throws Exception {
        settings = ClusterSettings.defaults()
                .listen(ListenOptions.address("127.0.0.1", 0).backlog(8));
        Acceptor acceptor = startAcceptor();
        List<Integer> ports = clients(60);
        WorkerEnd worker = ready(acceptor, 1);
        assertThat(ports(worker.take(60))).isEqualTo(ports);
    }

    @Test
    void aSuspendedWorkerGetsNothingUntilItIsReadyAgain() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd one = ready(acceptor, 1);
        WorkerEnd two = ready(acceptor, 2);
        acceptor.workerSuspended(1);
        clients(4);
        two.take(4);
        one.expectNothing();
        acceptor.workerReady(1, List.of());
        acceptor.workerSuspended(2);
        clients(2);
        one.take(2);
    }

    @Test
    void aPolicyThatFailsCostsItsChoiceOnly() throws Exception {
        settings = settings.policy((candidates, client) -> {
            if (candidates.size() == 2) {
                throw new AssertionError("on purpose");
            }
            return 17;
        });
        Acceptor acceptor = startAcceptor();
        WorkerEnd one = ready(acceptor, 1);
        connect(acceptor, 2);
        List<Integer> ports = clients(1);
        assertThat(ports(one.take(1))).isEqualTo(ports);
        acceptor.workerReady(2, List.of());
        ports = clients(1);
        assertThat(ports(one.take(1))).isEqualTo(ports);
    }

    @Test
    void aPolicyThatBlocksIsInterruptedAndCostsItsChoiceOnly() throws Exception {
        CountDownLatch choosing = new CountDownLatch(1);
        AtomicInteger choices = new AtomicInteger();
        settings = settings.policy((candidates, client) -> {
            if (choices.incrementAndGet() == 1) {
                choosing.countDown();
                blockUntilInterrupted();
            }
            return Thread.currentThread().isInterrupted() ? 17 : 1;
        });
        Acceptor acceptor = startAcceptor();
        WorkerEnd one = ready(acceptor, 1);
        WorkerEnd two = ready(acceptor, 2);
        List<Integer> ports = clients(1);
        assertThat(choosing.await(20, TimeUnit.SECONDS)).isTrue();
        acceptor.interruptSlowPolicy(System.nanoTime() + TimeUnit.SECONDS.toNanos(1));
        assertThat(ports(one.take(1))).isEqualTo(ports);
        ports = clients(1);
        assertThat(ports(two.take(1))).as("the next one is chosen as ever").isEqualTo(ports);
    }

    /** With the flag set behind it, as careful code leaves it. */
    private static void blockUntilInterrupted() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("on purpose", e);
        }
    }

    @Test
    void eachEventLoopHasItsLane() throws Exception {
        settings = settings.with(Setting.EVENT_LOOPS, 2);
        Acceptor acceptor = startAcceptor();
        acceptor.expect(1, 1, PID, tokens.computeIfAbsent(1, any -> Token.random()));
        WorkerEnd first = openLane(1, 1);
        WorkerEnd second = openLane(1, 0);
        assertThat(lanesOpen.poll(20, TimeUnit.SECONDS)).isOne();
        acceptor.workerReady(1, List.of());
        clients(10);
        first.take(5);
        second.take(5);
        assertThat(lanesOpen).isEmpty();
    }

    // --- overload -------------------------------------------------------------------------------------------------

    private static final byte[] REQUEST = "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII);

    /** A backlog of 16, of which the kernel keeps 12 by itself. */
    private void listenWithQueue(int most) {
        settings = ClusterSettings.defaults()
                .listen(ListenOptions.address("127.0.0.1", 0).backlog(16))
                .with(Setting.QUEUE_MAX, most)
                .with(Setting.QUEUE_WAIT, Duration.ofHours(1));
    }

    /** A worker that says what it serves, and can take nothing now. */
    private WorkerEnd suspended(Acceptor acceptor, Protocol protocol) throws Exception {
        WorkerEnd worker = connect(acceptor, 1);
        acceptor.workerReady(1, List.of(new Service(protocol, StateFormat.NONE)));
        acceptor.workerSuspended(1);
        return worker;
    }

    /** Each waits until there is room for the next: a full backlog would drop its first packet. */
    private List<Socket> clientsThatSend(int count, byte[] bytes) throws IOException {
        List<Socket> sending = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            Socket client = client();
            client.getOutputStream().write(bytes);
            sending.add(client);
            await().pollInterval(Duration.ofMillis(1)).until(() -> waitingInTheKernel() <= 13);
        }
        return sending;
    }

    private static boolean isTold(Socket client) throws IOException {
        String answer = new String(client.getInputStream().readAllBytes(), US_ASCII);
        return answer.startsWith("HTTP/1.1 503 ") && answer.contains("Retry-After: 1\r\n");
    }

    @Test
    void clientsWithoutRoomAreAnswered503AndTheOthersAreServed() throws Exception {
        listenWithQueue(4);
        Acceptor acceptor = startAcceptor();
        WorkerEnd worker = suspended(acceptor, Protocol.HTTP);
        List<Socket> all = clientsThatSend(40, REQUEST);
        await().until(() -> waitingInTheKernel() <= 12);
        acceptor.workerReady(1, List.of(new Service(Protocol.HTTP, StateFormat.NONE)));

        Set<Integer> served = new HashSet<>();
        await().until(() -> {
            while (worker.channel().receive() == Received.MESSAGE) {
                List<Taken> frame = worker.takeOffers();
                frame.forEach(each -> served.add(each.clientPort()));
                worker.acknowledge(frame);
            }
            return waitingInTheKernel() == 0 && overloads.size() == 2;
        });
        for (Socket each : all) {
            assertThat(served.contains(each.getLocalPort()) || isTold(each))
                    .as("client %s", each.getLocalPort())
                    .isTrue();
        }
        assertThat(served).hasSizeBetween(12, 16);
        assertThat(overloads.poll()).startsWith("begin: ");
        assertThat(overloads.poll())
                .contains("end: no client waits", " " + (40 - served.size()) + " clients were answered");
    }

    /** As much as a kernel keeps for an unread socket: a plain close would answer it with a reset. */
    @Test
    void whoIsToldHasTimeToReadIt() throws Exception {
        listenWithQueue(1);
        suspended(startAcceptor(), Protocol.HTTP);
        List<Socket> all = clientsThatSend(14, new byte[60_000]);
        Socket told = await().pollInterval(Duration.ofMillis(1))
                .until(() -> all.stream().filter(AcceptorTest::hasAnswer).findAny(), Optional::isPresent)
                .orElseThrow();
        told.getOutputStream().write(new byte[60_000]);
        assertThat(isTold(told)).isTrue();
    }

    private static boolean hasAnswer(Socket client) {
        try {
            return client.getInputStream().available() > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whoStillWaitsAtTheEndIsTold() throws Exception {
        listenWithQueue(4);
        Acceptor acceptor = startAcceptor();
        suspended(acceptor, Protocol.HTTP);
        List<Socket> all = clientsThatSend(14, REQUEST);
        await().until(() -> waitingInTheKernel() <= 12);
        acceptor.close();
        assertThat(isTold(all.get(0))).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void whoSaysNothingOrSpeaksAnotherProtocolIsKept(Protocol protocol) throws Exception {
        listenWithQueue(2);
        Acceptor acceptor = startAcceptor();
        WorkerEnd worker = suspended(acceptor, protocol);
        byte[] said = protocol == Protocol.HTTP ? new byte[0] : REQUEST;
        List<Integer> ports = new ArrayList<>();
        clientsThatSend(14, said).forEach(each -> ports.add(each.getLocalPort()));
        await().untilAsserted(() -> assertThat(waitingInTheKernel()).isEqualTo(12));
        clientsWithoutWaiting(ports, 2);
        assertThat(overloads).hasSize(1);
        acceptor.workerReady(1, List.of(new Service(protocol, StateFormat.NONE)));
        assertThat(ports(worker.take(16))).containsExactlyElementsOf(ports);
    }

    /** Into the last quarter of the backlog, where they stay. */
    private void clientsWithoutWaiting(List<Integer> ports, int count) throws IOException {
        ports.addAll(clients(count));
        assertThat(waitingInTheKernel()).isEqualTo(12 + count);
    }

    @Test
    void whoHasWaitedTooLongIsToldAsSoonAsItAsks() throws Exception {
        settings = settings.with(Setting.QUEUE_WAIT, Duration.ofSeconds(1));
        Acceptor acceptor = startAcceptor();
        WorkerEnd full = connect(acceptor, 1);
        acceptor.workerReady(1, List.of(new Service(Protocol.HTTP, StateFormat.NONE)));
        Socket asking = client();
        asking.getOutputStream().write(REQUEST);
        Socket silent = client();
        Socket leaving = client();
        List<Taken> taken = full.take(3);
        acceptor.workerSuspended(1);
        taken.forEach(each -> refuse(full, each));
        assertThat(isTold(asking)).isTrue();
        leaving.shutdownOutput();
        assertThat(leaving.getInputStream().read()).isEqualTo(-1);
        silent.getOutputStream().write(REQUEST);
        assertThat(isTold(silent)).isTrue();
    }

    /** Each time that it is tried is no new beginning. */
    @Test
    void whoGoesToAndFroIsToldWhenItHasWaitedTooLong() throws Exception {
        settings = settings.with(Setting.QUEUE_WAIT, Duration.ofSeconds(1));
        Acceptor acceptor = startAcceptor();
        WorkerEnd full = connect(acceptor, 1);
        acceptor.workerReady(1, List.of(new Service(Protocol.HTTP, StateFormat.NONE)));
        Socket asking = client();
        asking.getOutputStream().write(REQUEST);
        await().pollInterval(Duration.ofMillis(1)).until(() -> {
            if (full.channel().receive() == Received.MESSAGE) {
                full.takeOffers().forEach(each -> refuse(full, each));
            }
            return hasAnswer(asking);
        });
        assertThat(isTold(asking)).isTrue();
    }

    private static void refuse(WorkerEnd worker, Taken connection) {
        try {
            worker.refuse(connection);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aFullWorkerIsTriedWithOneConnectionAtATimeUntilItTakesOne() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd full = connect(acceptor, 1);
        List<Integer> ports = clients(12);
        acceptor.workerReady(1, List.of());
        full.takeFrame().forEach(each -> refuse(full, each));
        for (int tries = 0; tries < 5; tries++) {
            List<Taken> alone = full.takeFrame();
            assertThat(ports(alone)).containsExactly(ports.get(0));
            full.expectNothing();
            refuse(full, alone.get(0));
        }
        full.acknowledge(full.takeFrame());
        assertThat(ports(full.takeFrame())).isEqualTo(ports.subList(1, 12));
    }

    // --- back -----------------------------------------------------------------------------------------------------

    private static StateFormat format(int version) {
        return new StateFormat("test", version);
    }

    private WorkerEnd readyWith(Acceptor acceptor, int id, int version) throws Exception {
        WorkerEnd end = connect(acceptor, id);
        acceptor.workerReady(id, List.of(new Service(Protocol.HTTP, format(version))));
        // That order and this one are obeyed together: when the probe has come it is ready.
        probe(acceptor, id);
        end.acknowledge(end.take(1));
        return end;
    }

    /** A worker that drains, with one connection that it has acknowledged. */
    private Taken drainingWithOne(Acceptor acceptor, WorkerEnd worker, int id) throws Exception {
        clients(1);
        return takeAndDrain(acceptor, worker, id, 1).get(0);
    }

    private static List<Taken> takeAndDrain(Acceptor acceptor, WorkerEnd worker, int id, int count) throws IOException {
        List<Taken> taken = worker.take(count);
        worker.acknowledge(taken);
        acceptor.drain(id);
        worker.expect(Kind.DRAIN);
        return taken;
    }

    @Test
    void whatIsHandedBackGoesToAWorkerThatUnderstandsIt() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd leaving = readyWith(acceptor, 1, 7);
        Taken moving = drainingWithOne(acceptor, leaving, 1);
        WorkerEnd other = readyWith(acceptor, 2, 6);
        WorkerEnd heir = readyWith(acceptor, 3, 7);

        leaving.handBack(0, moving, new Progress(format(7), 41, new byte[] {1, 2, 3}));
        leaving.expect(Kind.CONFIRM);
        assertThat(leaving.channel().firstSequence()).isZero();
        Taken arrived = heir.takeResumed();
        assertThat(arrived.clientPort()).isEqualTo(moving.clientPort());
        Progress progress = Objects.requireNonNull(arrived.offer().progress());
        assertThat(progress.served()).isEqualTo(41);
        assertThat(progress.state()).containsExactly(1, 2, 3);
        heir.acknowledge(List.of(arrived));
        other.expectNothing();
    }

    @Test
    void anUntouchedConnectionGoesToAnyWorker() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd leaving = ready(acceptor, 1);
        Taken moving = drainingWithOne(acceptor, leaving, 1);
        WorkerEnd heir = readyWith(acceptor, 2, 0);
        leaving.handBack(0, moving, null);
        leaving.expect(Kind.CONFIRM);
        assertThat(ports(heir.take(1))).containsExactly(moving.clientPort());
    }

    @Test
    void aStateThatNoOtherWorkerUnderstandsStays() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd leaving = readyWith(acceptor, 1, 7);
        Taken moving = drainingWithOne(acceptor, leaving, 1);
        leaving.handBack(0, moving, new Progress(format(7), 0, new byte[0]));
        leaving.expect(Kind.RETURN);
        readyWith(acceptor, 2, 6).expectNothing();
        leaving.handBack(1, moving, new Progress(format(7), 0, new byte[0]));
        leaving.expect(Kind.RETURN);
        assertThat(leaving.channel().firstSequence()).isOne();
    }

    @Test
    void whatIsOfAnotherKindStays() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd leaving = readyWith(acceptor, 1, 7);
        Taken moving = drainingWithOne(acceptor, leaving, 1);
        readyWith(acceptor, 2, 7);
        leaving.handBack(0, moving, new Progress(new StateFormat("other", 7), 0, new byte[0]));
        leaving.expect(Kind.RETURN);
    }

    @Test
    void aHandBackWaitsForTheNextReadyWorker() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd leaving = readyWith(acceptor, 1, 7);
        WorkerEnd heir = readyWith(acceptor, 2, 7);
        acceptor.workerSuspended(2);
        Taken moving = drainingWithOne(acceptor, leaving, 1);
        leaving.handBack(0, moving, new Progress(format(7), 1, new byte[] {9}));
        acceptor.workerReady(2, List.of(new Service(Protocol.HTTP, format(7))));
        leaving.expect(Kind.CONFIRM);
        assertThat(heir.takeResumed().clientPort()).isEqualTo(moving.clientPort());
    }

    /** Soon: the master keeps what it has got for a second only. */
    private static void awaitMoreThan(int descriptors) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> OpenDescriptors.count() > descriptors);
    }

    /** The master reads it while no worker is ready, and learns of the death after that. */
    @Test
    void whatADeadWorkerHandedBackWhileNoWorkerWasReadyIsServed() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd leaving = readyWith(acceptor, 1, 7);
        Taken moving = drainingWithOne(acceptor, leaving, 1);
        int open = OpenDescriptors.count();
        leaving.handBack(0, moving, new Progress(format(7), 1, new byte[] {9}));
        awaitMoreThan(open);
        leaving.close();
        acceptor.workerExited(1);
        WorkerEnd next = connect(acceptor, 2);
        acceptor.workerReady(2, List.of(new Service(Protocol.HTTP, format(7))));
        assertThat(next.takeResumed().clientPort()).isEqualTo(moving.clientPort());
    }

    /** They are told one after the other: a connection confirmed to the first for the last would have no worker when that leaves too. */
    @Test
    void whatIsHandedBackWhenAllAreAboutToLeaveStays() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd leaving = readyWith(acceptor, 1, 7);
        clients(1);
        Taken moving = leaving.take(1).get(0);
        leaving.acknowledge(List.of(moving));
        WorkerEnd next = readyWith(acceptor, 2, 7);
        acceptor.stopListening().get(30, TimeUnit.SECONDS);
        acceptor.drain(1);
        leaving.expect(Kind.DRAIN);
        leaving.handBack(0, moving, new Progress(format(7), 1, new byte[] {9}));
        leaving.expect(Kind.RETURN);
        next.expectNothing();
    }

    @Test
    void whatIsHandedBackToAMasterThatEndsIsClosed() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd leaving = readyWith(acceptor, 1, 7);
        Socket client = client();
        Taken moving = takeAndDrain(acceptor, leaving, 1, 1).get(0);
        int open = OpenDescriptors.count();
        leaving.handBack(0, moving, new Progress(format(7), 1, new byte[] {9}));
        awaitMoreThan(open);
        acceptor.close();
        leaving.expectEnd();
        moving.close();
        assertThat(isEnded(client)).as("the worker's copy was the last").isTrue();
    }

    @Test
    void whatAWorkerHandedBackWithItsLastBreathIsServed() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd leaving = readyWith(acceptor, 1, 7);
        Taken moving = drainingWithOne(acceptor, leaving, 1);
        WorkerEnd heir = readyWith(acceptor, 2, 7);
        leaving.handBack(0, moving, new Progress(format(7), 1, new byte[] {9}));
        leaving.close();
        acceptor.workerExited(1);
        assertThat(heir.takeResumed().clientPort()).isEqualTo(moving.clientPort());
    }

    /** More of them than are read from a living worker's lane at a time. */
    @Test
    void howeverManyAWorkerHandedBackWithItsLastBreathAllAreServed() throws Exception {
        settings = settings.with(Setting.CREDIT, 200);
        Acceptor acceptor = startAcceptor();
        WorkerEnd leaving = readyWith(acceptor, 1, 7);
        clients(80);
        List<Taken> moving = takeAndDrain(acceptor, leaving, 1, 80);
        WorkerEnd heir = readyWith(acceptor, 2, 7);
        CountDownLatch died = new CountDownLatch(1);
        afterLanesOpen = () -> awaitUninterruptibly(died);
        connect(acceptor, 3);
        for (int number = 0; number < moving.size(); number++) {
            leaving.handBack(number, moving.get(number), new Progress(format(7), 1, new byte[] {9}));
        }
        leaving.close();
        acceptor.workerExited(1);
        died.countDown();
        List<Integer> arrived = new ArrayList<>();
        while (arrived.size() < moving.size()) {
            Taken each = heir.takeResumed();
            heir.acknowledge(List.of(each));
            arrived.add(each.clientPort());
        }
        assertThat(arrived).containsExactlyInAnyOrderElementsOf(ports(moving));
    }

    /** With a credit of one, too, there is a turn for each of them. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void newClientsAndWhatIsHandedBackHaveTheirSharesOfTheCredit(int credit) throws Exception {
        int each = 40;
        settings = settings.with(Setting.CREDIT, credit);
        Acceptor acceptor = startAcceptor();
        WorkerEnd leaving = readyWith(acceptor, 1, 7);
        List<Taken> moving = new ArrayList<>();
        clients(each);
        while (moving.size() < each) {
            List<Taken> taken = leaving.takeFrame();
            leaving.acknowledge(taken);
            moving.addAll(taken);
        }
        acceptor.drain(1);
        leaving.expect(Kind.DRAIN);
        WorkerEnd heir = readyWith(acceptor, 2, 7);
        for (Taken one : moving) {
            leaving.handBack(moving.indexOf(one), one, new Progress(format(7), 1, new byte[] {9}));
            leaving.expect(Kind.CONFIRM);
        }
        Set<Integer> fresh = new HashSet<>(clients(each));

        StringBuilder order = new StringBuilder();
        while (order.length() < 2 * each) {
            for (Taken taken : heir.takeNewOrResumed()) {
                order.append(fresh.contains(taken.clientPort()) ? 'n' : 'h');
                heir.acknowledge(List.of(taken));
            }
        }
        // The first few were on their way before there were clients; while both wait none has to wait for long.
        String whileBothWait = order.substring(credit, Math.min(order.lastIndexOf("n"), order.lastIndexOf("h")));
        assertThat(whileBothWait).hasSizeGreaterThan(each / 2).doesNotContain("n".repeat(3 * credit + 1));
        assertThat(whileBothWait).doesNotContain("h".repeat(3 * credit + 1));
    }

    @Test
    void whatADeadHeirDidNotAcknowledgeGoesOnToTheNext() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd leaving = readyWith(acceptor, 1, 7);
        Taken moving = drainingWithOne(acceptor, leaving, 1);
        WorkerEnd heir = readyWith(acceptor, 2, 7);
        leaving.handBack(0, moving, new Progress(format(7), 1, new byte[] {9}));
        heir.takeResumed();
        heir.close();
        acceptor.workerExited(2);
        assertThat(failure()).startsWith("2: ");
        WorkerEnd next = connect(acceptor, 3);
        acceptor.workerReady(3, List.of(new Service(Protocol.HTTP, format(7))));
        Taken arrived = next.takeResumed();
        assertThat(arrived.clientPort()).isEqualTo(moving.clientPort());
        assertThat(Objects.requireNonNull(arrived.offer().progress()).state()).containsExactly(9);
    }

    @Test
    void whoHasTooManyIsAskedForSomeAndThoseWithFewerGetThem() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd heavy = readyWith(acceptor, 1, 7);
        clients(2);
        List<Taken> taken = heavy.take(2);
        heavy.acknowledge(taken);
        WorkerEnd even = readyWith(acceptor, 2, 7);
        WorkerEnd light = readyWith(acceptor, 3, 7);

        acceptor.balance(Map.of(1, 2), Set.of(3));
        heavy.expect(Kind.SHED);
        assertThat(heavy.channel().count()).isEqualTo(2);
        heavy.handBack(0, taken.get(0), null);
        heavy.handBack(1, taken.get(1), new Progress(format(7), 1, new byte[0]));
        heavy.expect(Kind.CONFIRM);
        heavy.expect(Kind.CONFIRM);
        assertThat(ports(light.take(1))).containsExactly(taken.get(0).clientPort());
        assertThat(light.takeResumed().clientPort()).isEqualTo(taken.get(1).clientPort());
        even.expectNothing();
        heavy.expectNothing();
    }

    @Test
    void whatIsShedWithoutALightWorkerStays() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd heavy = readyWith(acceptor, 1, 7);
        clients(1);
        List<Taken> taken = heavy.take(1);
        heavy.acknowledge(taken);
        readyWith(acceptor, 2, 7);
        heavy.handBack(0, taken.get(0), null);
        heavy.expect(Kind.RETURN);
    }

    /** One that is frozen, say, with all its credit. */
    @Test
    void whoWasToGetItIsNotWaitedForWhenItIsOutOfRotation() throws Exception {
        settings = settings.with(Setting.CREDIT, 1);
        Acceptor acceptor = startAcceptor();
        WorkerEnd heavy = readyWith(acceptor, 1, 7);
        clients(1);
        List<Taken> taken = heavy.take(1);
        heavy.acknowledge(taken);
        WorkerEnd light = readyWith(acceptor, 2, 7);
        clients(1);
        light.take(1);
        WorkerEnd even = readyWith(acceptor, 3, 7);

        acceptor.balance(Map.of(1, 1), Set.of(2));
        heavy.expect(Kind.SHED);
        heavy.handBack(0, taken.get(0), null);
        heavy.expect(Kind.CONFIRM);
        acceptor.workerSuspended(2);
        assertThat(ports(even.take(1))).containsExactly(taken.get(0).clientPort());
    }

    @Test
    void whatAFullWorkerCouldNotTakeEitherStays() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd leaving = readyWith(acceptor, 1, 7);
        Taken moving = drainingWithOne(acceptor, leaving, 1);
        WorkerEnd full = readyWith(acceptor, 2, 7);
        clients(1);
        full.refuse(full.take(1).get(0));
        // Tried once more, it has been heard.
        full.refuse(full.take(1).get(0));
        leaving.handBack(0, moving, new Progress(format(7), 1, new byte[] {9}));
        leaving.expect(Kind.RETURN);
    }

    /** Its heir has become full, say, when it was on its way. */
    @Test
    void whatWasHandedBackHasWaitedTooLongAsOthersHave() throws Exception {
        settings = settings.with(Setting.QUEUE_WAIT, Duration.ofSeconds(1));
        Acceptor acceptor = startAcceptor();
        WorkerEnd leaving = readyWith(acceptor, 1, 7);
        Socket asking = client();
        Socket going = client();
        Socket idle = client();
        List<Taken> moving = takeAndDrain(acceptor, leaving, 1, 3);
        WorkerEnd full = readyWith(acceptor, 2, 7);
        List<Taken> arrived = new ArrayList<>();
        for (Taken each : moving) {
            leaving.handBack(arrived.size(), each, new Progress(format(7), 1, new byte[] {9}));
            leaving.expect(Kind.CONFIRM);
            each.close();
            arrived.add(full.takeResumed());
        }
        acceptor.workerSuspended(2);
        arrived.forEach(each -> refuse(full, each));

        asking.getOutputStream().write(REQUEST);
        assertThat(isTold(asking)).isTrue();
        going.shutdownOutput();
        assertThat(going.getInputStream().read()).isEqualTo(-1);
        acceptor.workerReady(2, List.of(new Service(Protocol.HTTP, format(7))));
        assertThat(full.takeResumed().clientPort()).isEqualTo(idle.getLocalPort());
    }

    // --- death ----------------------------------------------------------------------------------------------------

    @Test
    void whatADeadWorkerDidNotAcknowledgeIsGivenToAnotherOnceEachAndInOrder() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd dying = ready(acceptor, 1);
        List<Integer> ports = clients(6);
        List<Taken> taken = dying.take(6);
        dying.acknowledge(taken.subList(0, 2));
        WorkerEnd heir = connect(acceptor, 2);

        dying.close();
        assertThat(failure()).isEqualTo("1: the worker closed it");
        acceptor.workerReady(2, List.of());
        List<Integer> own = clients(1);
        assertThat(ports(heir.take(1))).as("its end tells nothing: it may live").isEqualTo(own);

        acceptor.workerExited(1);
        assertThat(ports(heir.take(4))).isEqualTo(ports.subList(2, 6));
        own = clients(1);
        assertThat(ports(heir.take(1))).isEqualTo(own);
        assertThat(failures).isEmpty();
    }

    @Test
    void tellsSinceWhenAWorkerOwesAnAnswer() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd worker = ready(acceptor, 1);
        assertThat(acceptor.unansweredSince(1, System.nanoTime())).isEmpty();
        long before = System.nanoTime();
        clients(2);
        List<Taken> taken = worker.take(2);
        OptionalLong since = acceptor.unansweredSince(1, System.nanoTime());
        assertThat(since.getAsLong() - before).isPositive();
        worker.acknowledge(taken.subList(0, 1));
        await().until(() -> acceptor.unansweredSince(1, System.nanoTime()).getAsLong() > since.getAsLong());
        worker.acknowledge(taken.subList(1, 2));
        await().until(() -> acceptor.unansweredSince(1, System.nanoTime()).isEmpty());

        clients(1);
        worker.take(1);
        acceptor.workerExited(1);
        assertThat(acceptor.unansweredSince(1, System.nanoTime()))
                .as("it is gone")
                .isEmpty();
    }

    /** The send fails while acknowledgements wait to be read: they count. */
    @Test
    void whatADyingWorkerStillSaidCounts() throws Exception {
        CountDownLatch choosing = new CountDownLatch(2);
        CountDownLatch dead = new CountDownLatch(1);
        settings = settings.policy((candidates, client) -> {
            choosing.countDown();
            if (choosing.getCount() == 0) {
                awaitUninterruptibly(dead);
            }
            return 0;
        });
        Acceptor acceptor = startAcceptor();
        WorkerEnd dying = ready(acceptor, 1);
        List<Integer> ports = new ArrayList<>(clients(1));
        List<Taken> taken = dying.take(1);

        ports.addAll(clients(1));
        assertThat(choosing.await(20, TimeUnit.SECONDS)).isTrue();
        dying.acknowledge(taken);
        dying.close();
        dead.countDown();

        assertThat(failure()).startsWith("1: ").contains("EPIPE");
        WorkerEnd heir = ready(acceptor, 2);
        assertThat(ports(heir.take(1))).isEqualTo(ports.subList(1, 2));
        acceptor.workerExited(1);
        List<Integer> own = clients(1);
        assertThat(ports(heir.take(1)))
                .as("no other worker gets the acknowledged one")
                .isEqualTo(own);
    }

    /** Its exit is told to an acceptor that has polled its lane before it spoke. */
    @Test
    void whatADeadWorkerSaidIsReadBeforeItsConnectionsGoToOthers() throws Exception {
        CountDownLatch dead = new CountDownLatch(1);
        Acceptor acceptor = startAcceptor();
        WorkerEnd dying = ready(acceptor, 1);
        clients(1);
        List<Taken> taken = dying.take(1);

        afterLanesOpen = () -> awaitUninterruptibly(dead);
        WorkerEnd heir = connect(acceptor, 2);
        dying.acknowledge(taken);
        acceptor.workerExited(1);
        acceptor.workerReady(2, List.of());
        dead.countDown();

        List<Integer> own = clients(1);
        assertThat(ports(heir.take(1)))
                .as("no other worker gets the acknowledged one")
                .isEqualTo(own);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aConnectionThatKillsEachWorkerIsClosedAfterThreeMore() throws Exception {
        Acceptor acceptor = startAcceptor();
        Socket poison = client();
        for (int id = 1; id <= 4; id++) {
            WorkerEnd victim = ready(acceptor, id);
            assertThat(victim.take(1).get(0).clientPort()).isEqualTo(poison.getLocalPort());
            victim.close();
            acceptor.workerExited(id);
        }
        assertThat(isEnded(poison)).isTrue();
        WorkerEnd next = ready(acceptor, 5);
        List<Integer> own = clients(1);
        assertThat(ports(next.take(1))).isEqualTo(own);
    }

    private static boolean isEndedSoon(Socket client) {
        try {
            return isEnded(client);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isEnded(Socket client) throws IOException {
        try {
            return client.getInputStream().read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    // --- refusal --------------------------------------------------------------------------------------------------

    @Test
    void whatOneRefusesAnotherGetsAndTheOneIsAskedAgainLater() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd full = ready(acceptor, 1);
        List<Integer> ports = clients(1);
        List<Taken> taken = full.take(1);
        WorkerEnd other = ready(acceptor, 2);
        full.refuse(taken.get(0));
        assertThat(ports(other.take(1))).isEqualTo(ports);

        acceptor.workerSuspended(2);
        ports = clients(1);
        assertThat(ports(full.take(1))).isEqualTo(ports);
    }

    @Test
    void whatAllRefuseWaitsUntilAWorkerAcknowledgesIt() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd one = ready(acceptor, 1);
        Socket client = client();
        for (int count = 0; count < 3; count++) {
            Taken taken = one.take(1).get(0);
            assertThat(taken.clientPort()).isEqualTo(client.getLocalPort());
            one.refuse(taken);
        }
        Taken taken = one.take(1).get(0);
        one.acknowledge(List.of(taken));
        taken.offer().connection().close();
        assertThat(isEnded(client)).as("the last copy is closed").isTrue();
    }

    // --- broken peers -----------------------------------------------------------------------------------------------

    private enum Nonsense {
        ACKNOWLEDGES_WHAT_IT_WAS_NOT_GIVEN("expected an answer to connections from 0 to 0") {
            @Override
            void say(WorkerEnd end) throws IOException {
                end.channel().acknowledge(1, 1);
            }
        },
        ACKNOWLEDGES_NOTHING("found one to 0 from 0 on") {
            @Override
            void say(WorkerEnd end) throws IOException {
                end.channel().acknowledge(0, 0);
            }
        },
        ACKNOWLEDGES_TOO_MANY("found one to 65535 from 0 on") {
            @Override
            void say(WorkerEnd end) throws IOException {
                end.channel().acknowledge(0, 65_535);
            }
        },
        ACKNOWLEDGES_A_NEGATIVE_NUMBER("from -1 on") {
            @Override
            void say(WorkerEnd end) throws IOException {
                end.channel().refuse(-1, 1, Refusal.FULL);
            }
        },
        SAYS_HELLO_AGAIN("expected ACKNOWLEDGE, REFUSE or HAND_BACK from a worker, found HELLO") {
            @Override
            void say(WorkerEnd end) throws IOException {
                end.channel().hello(1, 0, Token.random());
            }
        },
        OFFERS_A_CONNECTION("found OFFER") {
            @Override
            void say(WorkerEnd end) throws IOException {
                Offer own = new Offer(
                        end.channel().fd(), 0, false, end.take(1).get(0).offer().peer());
                end.channel().offer(0, new Offer[] {own, own}, 2);
            }
        },
        SHARES_A_LISTENER("found LISTEN") {
            @Override
            void say(WorkerEnd end) throws IOException {
                end.channel().listen(0, end.channel().fd());
            }
        };

        private final String reason;

        Nonsense(String reason) {
            this.reason = reason;
        }

        abstract void say(WorkerEnd end) throws IOException;
    }

    @ParameterizedTest
    @EnumSource(Nonsense.class)
    void aWorkerThatMakesNoSenseIsOutAndTheOthersGoOn(Nonsense nonsense) throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd broken = ready(acceptor, 1);
        Socket lost = client();
        if (nonsense != Nonsense.OFFERS_A_CONNECTION) {
            broken.take(1);
        }
        WorkerEnd sound = ready(acceptor, 2);
        acceptor.workerSuspended(2);
        int held = broken.holds();
        int open = OpenDescriptors.count();

        nonsense.say(broken);
        assertThat(failure()).startsWith("1 broke it: ").contains(nonsense.reason);
        await().untilAsserted(() -> assertThat(OpenDescriptors.count()).isEqualTo(open + broken.holds() - held));
        acceptor.workerReady(2, List.of());
        List<Integer> ports = clients(3);
        assertThat(ports(sound.take(3))).isEqualTo(ports);

        broken.close();
        acceptor.workerExited(1);
        assertThat(isEnded(lost)).as("which worker has read from it is unknown").isTrue();
        ports = clients(1);
        assertThat(ports(sound.take(1))).isEqualTo(ports);
        assertThat(failures).isEmpty();
    }

    @Test
    void aPartlyWrongRefusalLosesNoDescriptor() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd broken = ready(acceptor, 1);
        clients(3);
        List<Taken> taken = broken.take(3);
        broken.acknowledge(taken.subList(1, 2));
        broken.channel().refuse(0, 3, Refusal.FULL);
        assertThat(failure()).contains("expected an answer to connections from 0 to 2, found one to 1 from 1 on");
        broken.close();
        acceptor.workerExited(1);
    }

    @Test
    void aWorkerWithOneLaneTooFewHearsOnTheOthersThatItIsToLeave() throws Exception {
        settings = settings.with(Setting.EVENT_LOOPS, 2);
        Acceptor acceptor = startAcceptor();
        acceptor.expect(1, 1, PID, tokens.computeIfAbsent(1, any -> Token.random()));
        WorkerEnd sound = openLane(1, 0);
        WorkerEnd broken = openLane(1, 1);
        assertThat(lanesOpen.poll(20, TimeUnit.SECONDS)).isOne();
        broken.close();
        assertThat(failure()).isEqualTo("1: the worker closed it");
        sound.expect(Kind.DRAIN);
        sound.close();
        assertThat(failures).isEmpty();
    }

    @Test
    void strangersAreSentAwayAndTheExpectedOneComesInBesideThem() throws Exception {
        Acceptor acceptor = startAcceptor();
        acceptor.expect(1, 1, PID, tokens.computeIfAbsent(1, any -> Token.random()));
        acceptor.expect(2, 2, PID + 1, tokens.computeIfAbsent(2, any -> Token.random()));
        Token right = Objects.requireNonNull(tokens.get(1));

        List<WorkerEnd> strangers = new ArrayList<>();
        strangers.add(new WorkerEnd(rendezvous(), 1, 0, Token.random()));
        strangers.add(openLane(2, 0));
        strangers.add(new WorkerEnd(rendezvous(), 3, 0, right));
        strangers.add(openLane(1, 1));
        strangers.add(openLane(1, -1));
        WorkerEnd first = openLane(1, 0);
        assertThat(lanesOpen.poll(20, TimeUnit.SECONDS)).isOne();
        strangers.add(openLane(1, 0));
        for (WorkerEnd stranger : strangers) {
            stranger.expectEnd();
            stranger.close();
        }
        acceptor.workerReady(1, List.of());
        clients(1);
        first.take(1);
    }

    // --- leaving ----------------------------------------------------------------------------------------------------

    @Test
    void theOrderToDrainComesBehindTheLastConnection() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd leaving = connect(acceptor, 1);
        clients(20);
        acceptor.workerReady(1, List.of());
        leaving.take(20);
        acceptor.drain(1);
        acceptor.drain(1);
        acceptor.workerReady(1, List.of());
        leaving.expect(Kind.DRAIN);
        WorkerEnd other = ready(acceptor, 2);
        clients(2);
        other.take(2);
        leaving.expectNothing();
        leaving.close();
        acceptor.workerExited(1);
        assertThat(ports(other.take(20))).as("what it had not acknowledged").hasSize(20);
        assertThat(failures).isEmpty();
    }

    @Test
    void aLaneThatIsOpenedWhenItsWorkerIsToLeaveHearsSo() throws Exception {
        Acceptor acceptor = startAcceptor();
        acceptor.expect(1, 1, PID, tokens.computeIfAbsent(1, any -> Token.random()));
        acceptor.drain(1);
        openLane(1, 0).expect(Kind.DRAIN);
    }

    @Test
    void aStopServesAllThatTheKernelLetIn() throws Exception {
        settings = settings.with(Setting.CREDIT, 8);
        Acceptor acceptor = startAcceptor();
        WorkerEnd worker = ready(acceptor, 1);
        List<Integer> ports = clients(100);
        InetSocketAddress where = (InetSocketAddress) listeners.get(0).socket().localAddress();
        CompletableFuture<Void> stopped = acceptor.stopListening();

        List<Taken> all = new ArrayList<>();
        while (all.size() < 100) {
            List<Taken> frame = worker.takeFrame();
            all.addAll(frame);
            assertThat(stopped).isNotDone();
            worker.acknowledge(frame);
        }
        stopped.get(20, TimeUnit.SECONDS);
        assertThat(ports(all)).isEqualTo(ports);
        assertThatExceptionOfType(ConnectException.class)
                .isThrownBy(() -> new Socket(where.getAddress(), where.getPort()));
    }

    @Test
    void aStopDoesNotWaitForAWorkerThatNeverAnswers() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd frozen = ready(acceptor, 1);
        clients(1);
        frozen.take(1);
        acceptor.stopListening().get(20, TimeUnit.SECONDS);
    }

    @Test
    void anIdleAcceptorEnds() throws Exception {
        Acceptor acceptor = startAcceptor();
        ready(acceptor, 1);
        clients(1);
        CompletableFuture<Void> closed = CompletableFuture.runAsync(acceptor::close);
        closed.get(20, TimeUnit.SECONDS);
        acceptor.close();
    }

    @Test
    void anAcceptorThatNeverStartedLeavesNothing() throws Exception {
        listeners.addAll(Listener.openAll(settings.listeners()));
        new Acceptor(rendezvous(), settings, listeners, this).close();
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }

    @Test
    void anAcceptorThatCannotMeetItsWorkersLeavesNothing() throws Exception {
        Path nowhere = directory.resolve("none/rendezvous");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> new Acceptor(nowhere, settings, listeners, this))
                .withMessageContaining("cannot bind " + nowhere);
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }

    // --- probes -----------------------------------------------------------------------------------------------------

    private ClientPair probe(Acceptor acceptor, int id) throws IOException {
        ClientPair pair = ClientPair.open();
        opened.add(pair.client());
        pair.client().setSoTimeout(20_000);
        acceptor.probe(
                id, new Offer(pair.accepted().fd(), 0, true, pair.accepted().peer()));
        return pair;
    }

    @Test
    void aProbeGoesToThatWorkerAloneReadyOrNot() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd serving = ready(acceptor, 1);
        WorkerEnd fresh = connect(acceptor, 2);
        ClientPair probe = probe(acceptor, 2);
        List<Taken> taken = fresh.take(1);
        assertThat(taken.get(0).offer().probe()).isTrue();
        assertThat(taken.get(0).clientPort()).isEqualTo(probe.client().getLocalPort());
        serving.expectNothing();
    }

    @Test
    void aProbeIsNeverGivenToAnother() throws Exception {
        Acceptor acceptor = startAcceptor();
        WorkerEnd serving = ready(acceptor, 1);
        connect(acceptor, 2);
        WorkerEnd refusing = connect(acceptor, 3);
        WorkerEnd dying = connect(acceptor, 4);

        Socket toNobody = probe(acceptor, 99).client();
        acceptor.drain(2);
        Socket toOneThatLeaves = probe(acceptor, 2).client();
        Socket refused = probe(acceptor, 3).client();
        refusing.refuse(refusing.take(1).get(0));
        Socket unanswered = probe(acceptor, 4).client();
        dying.take(1);
        dying.close();
        acceptor.workerExited(4);

        for (Socket each : List.of(toNobody, toOneThatLeaves, refused, unanswered)) {
            assertThat(isEnded(each)).isTrue();
        }
        List<Integer> ports = clients(1);
        assertThat(ports(serving.take(1))).isEqualTo(ports);
    }

    // --- the shared policy ------------------------------------------------------------------------------------------

    @Test
    void underTheSharedPolicyWorkersGetTheListenersAndLoseThemBeforeTheyDrain() throws Exception {
        settings =
                settings.listen(ListenOptions.unix(directory.resolve("second"))).policy(SchedulingPolicy.shared());
        Acceptor acceptor = startAcceptor();
        WorkerEnd worker = ready(acceptor, 1);
        for (int key = 0; key < 2; key++) {
            worker.expect(Kind.LISTEN);
            assertThat(worker.channel().listener()).isEqualTo(key);
            try (Fd shared = worker.channel().releaseListeningSocket()) {
                assertThat(OpenDescriptors.identity(shared))
                        .isEqualTo(OpenDescriptors.identity(
                                listeners.get(key).socket().fd()));
            }
        }
        acceptor.workerSuspended(1);
        acceptor.workerReady(1, List.of());
        clients(3);
        await().untilAsserted(() -> assertThat(waitingInTheKernel()).isEqualTo(3));
        probe(acceptor, 1);
        assertThat(worker.take(1).get(0).offer().probe()).isTrue();

        acceptor.drain(1);
        for (int key = 0; key < 2; key++) {
            worker.expect(Kind.UNLISTEN);
            assertThat(worker.channel().listener()).isEqualTo(key);
        }
        worker.expect(Kind.DRAIN);
        worker.expectNothing();
    }

    @Test
    void underTheSharedPolicyAStopHandsOffWhatNoWorkerAccepted() throws Exception {
        settings = settings.policy(SchedulingPolicy.shared());
        Acceptor acceptor = startAcceptor();
        WorkerEnd worker = ready(acceptor, 1);
        worker.expect(Kind.LISTEN);
        List<Integer> ports = clients(5);
        CompletableFuture<Void> stopped = acceptor.stopListening();
        List<Taken> taken = worker.take(5);
        assertThat(ports(taken)).isEqualTo(ports);
        worker.acknowledge(taken);
        stopped.get(20, TimeUnit.SECONDS);
        acceptor.workerReady(2, List.of());
        ready(acceptor, 2).expectNothing();
    }

    @Test
    void aUnixListenersFileGoesWithTheStopAndASuccessorsStays() throws Exception {
        Path path = directory.resolve("listener");
        settings = ClusterSettings.defaults().listen(ListenOptions.unix(path));
        Acceptor acceptor = startAcceptor();
        CompletableFuture<Void> stopped = acceptor.stopListening();
        await().untilAsserted(() -> assertThat(path).doesNotExist());
        List<Listener> successor = Listener.openAll(settings.listeners());
        stopped.get(20, TimeUnit.SECONDS);
        acceptor.close();
        assertThat(path).exists();
        successor.forEach(Listener::close);
        assertThat(path).doesNotExist();
    }
}
