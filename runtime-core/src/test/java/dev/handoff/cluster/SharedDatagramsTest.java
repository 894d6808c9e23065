package dev.handoff.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.process.ExitStatus;
import dev.handoff.process.Handle;
import dev.handoff.process.NodeTest;
import dev.handoff.process.Signal;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import dev.handoff.process.spi.EventThread;
import dev.handoff.unix.OpenDescriptors;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers that receive datagrams from sockets which their master has bound, or which it was given. */
@Timeout(90)
class SharedDatagramsTest extends WithForks {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final String ANY_PORT = "127.0.0.1:0";

    private final DatagramSocket client = client();

    private static DatagramSocket client() {
        try {
            DatagramSocket socket = new DatagramSocket(0, LOOPBACK);
            socket.setSoTimeout((int) SOON.toMillis());
            return socket;
        } catch (SocketException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void forkUdpWorkers() {
        cluster.setupMaster(
                settings -> small(SpawnOptions.ofMain(UdpWorker.class)).stdio(Stdio.inherit()));
    }

    @AfterEach
    void closeClient() {
        client.close();
    }

    private static String bind(ForkedWorker worker, String how) {
        return ask(worker, "bind", how, 0);
    }

    private void send(int port, String text) throws IOException {
        byte[] data = text.getBytes(StandardCharsets.UTF_8);
        client.send(new DatagramPacket(data, data.length, LOOPBACK, port));
    }

    private String receive() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        client.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
    }

    /** The id of the worker that answers. */
    private String served(int port) throws IOException {
        send(port, "hello");
        String answer = receive();
        assertThat(answer).endsWith(" hello");
        return answer.substring(0, answer.indexOf(' '));
    }

    private static boolean isFree(int port) {
        try (DatagramSocket socket = new DatagramSocket(port, LOOPBACK)) {
            return socket.isBound();
        } catch (SocketException e) {
            return false;
        }
    }

    /** The number of a handle's descriptor. */
    static int descriptor(Handle handle) {
        String text = handle.toString();
        return Integer.parseInt(text.substring(text.lastIndexOf(' ') + 1));
    }

    // --- what is shared ---------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-cluster-dgram-1.js")
    void fourWorkersShareOnePortAndWhatOneDoesNotReadAnotherDoes() throws Exception {
        List<ListenAddress> heard = new CopyOnWriteArrayList<>();
        List<String> answers = new ArrayList<>();
        subscriptions.add(cluster.onListening((worker, address) -> heard.add(address)));
        List<ForkedWorker> four = List.of(fork(), fork(), fork(), fork());
        int port = port(ask(four.get(0), "bindFor", ANY_PORT, 10));
        for (ForkedWorker worker : four.subList(1, 4)) {
            assertThat(port(ask(worker, "bindFor", ANY_PORT, 10))).isEqualTo(port);
        }
        await().until(() -> heard.size() == 4);
        assertThat(Set.copyOf(heard)).containsExactly(new ListenAddress(ListenAddress.Family.UDP4, "127.0.0.1", port));
        for (int number = 0; number < 40; number++) {
            send(port, "hello");
        }
        for (int number = 0; number < 40; number++) {
            answers.add(receive());
        }
        for (ForkedWorker worker : four) {
            assertThat(Collections.frequency(answers, worker.id() + " hello")).isEqualTo(10);
        }
        await().until(() -> isFree(port));
    }

    @Test
    @NodeTest("test-cluster-child-index-dgram.js")
    void theNthAnyPortIsEachWorkersNthAlsoAfterAClose() {
        ForkedWorker one = fork();
        ForkedWorker two = fork();
        String first = bind(one, ANY_PORT);
        assertThat(bind(two, ANY_PORT)).isEqualTo(first);
        assertThat(ask(one, "close")).isEqualTo("closed");
        String[] both = ask(one, "bindTwice", ANY_PORT, 0).split(" ", 2);
        assertThat(both[0]).isEqualTo(first);
        assertThat(both[1]).isNotEqualTo(first);
        assertThat(bind(two, ANY_PORT)).isEqualTo(both[1]);
    }

    @Test
    @NodeTest("test-cluster-dgram-ipv6only.js")
    void aPortOfIpv6AloneIsAnotherThanThatOfIpv4AndBothAreFedByBoth() throws Exception {
        ForkedWorker worker = fork();
        String six = bind(worker, "[::]:0 onlyIpv6");
        assertThat(six).startsWith("udp:[0:0:0:0:0:0:0:0]:");
        assertThat(bind(worker, "0.0.0.0:" + port(six))).isEqualTo("udp:0.0.0.0:" + port(six));
        assertThat(served(port(six))).isEqualTo("" + worker.id());
        int both = port(bind(worker, "0"));
        assertThat(served(both)).isEqualTo("" + worker.id());
    }

    @Test
    @NodeTest("test-dgram-bind-shared-ports.js")
    @NodeTest("test-dgram-bind-shared-ports-after-port-0.js")
    void aPortThatTheKernelChoseIsSharedByItsNumberUnlessThatIsToBeExclusive() throws Exception {
        ForkedWorker one = fork();
        ForkedWorker two = fork();
        String chosen = bind(one, ANY_PORT);
        String byNumber = "127.0.0.1:" + port(chosen);
        assertThat(bind(two, byNumber)).isEqualTo(chosen);
        assertThat(bind(two, byNumber + " exclusive")).startsWith("EADDRINUSE ");
        assertThat(bind(one, byNumber)).startsWith("EADDRINUSE ").contains("does already");
        ask(one, "close");
        assertThat(served(port(chosen))).isEqualTo("" + two.id());
    }

    @Test
    void aWorkerThatIsBusyLeavesWhatComesToTheOthers() throws Exception {
        ForkedWorker frozen = fork();
        ForkedWorker other = fork();
        int port = port(bind(frozen, ANY_PORT));
        bind(other, ANY_PORT);
        ask(frozen, "freeze");
        for (int number = 0; number < 20; number++) {
            assertThat(served(port)).isEqualTo("" + other.id());
        }
    }

    @Test
    void whatComesWhenAllWhoHadThePortAreDeadWaitsForTheNext() throws Exception {
        ForkedWorker dying = fork();
        ForkedWorker next = fork();
        int port = port(bind(dying, ANY_PORT));
        dying.kill(Signal.KILL);
        awaitGone(dying);
        send(port, "early");
        assertThat(bind(next, ANY_PORT)).endsWith(":" + port);
        assertThat(receive()).isEqualTo(next.id() + " early");
        ask(next, "close");
        await().until(() -> isFree(port));
    }

    // --- what is refused --------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-dgram-cluster-bind-error.js")
    void whatCannotBeBoundIsToldToTheWorkerThatAsked(@TempDir Path directory) throws Exception {
        ForkedWorker worker = fork();
        assertThat(bind(worker, "127.0.0.1:" + client.getLocalPort()))
                .startsWith("EADDRINUSE cannot receive datagrams on 127.0.0.1:" + client.getLocalPort());
        assertThat(bind(worker, "192.0.2.1:0")).startsWith("EADDRNOTAVAIL ");
        assertThat(bind(worker, "no.such.host.invalid:0")).startsWith("ENOTFOUND ");
        assertThat(bind(worker, "unix:" + directory.resolve("socket"))).startsWith("EINVAL ");
        String bound = bind(worker, ANY_PORT);
        assertThat(bind(worker, "127.0.0.1:" + port(bound) + " exclusive")).startsWith("EADDRINUSE ");
        assertThat(served(port(bound))).isEqualTo("" + worker.id());
    }

    // --- closing ----------------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-dgram-cluster-close-during-bind.js")
    @NodeTest("test-dgram-bind-socket-close-before-cluster-reply.js")
    void oneThatIsNotWantedAnyMoreBeforeTheMasterHasAnsweredIsClosed() {
        ForkedWorker worker = fork();
        int port = port(bind(worker, ANY_PORT));
        ask(worker, "close");
        CompletableFuture<Void> masterMayAnswer = new CompletableFuture<>();
        EventThread.get().enqueue(masterMayAnswer::join);
        assertThat(ask(worker, "cancel", "127.0.0.1:" + port, 0)).isEqualTo("cancelled: true");
        masterMayAnswer.complete(null);
        assertThat(bind(worker, "127.0.0.1:" + port)).endsWith(":" + port);
    }

    @Test
    @NodeTest("test-dgram-cluster-close-in-listening.js")
    void oneThatIsClosedAsSoonAsItIsBoundIsClosed() {
        ForkedWorker worker = fork();
        note(worker);
        int port = port(bind(worker, ANY_PORT));
        ask(worker, "close");
        assertThat(ask(worker, "closeAtOnce", "127.0.0.1:" + port, 0)).isEqualTo("closed");
        await().until(() -> isFree(port));
        await().until(() -> Collections.frequency(events, "listening") == 2);
    }

    @Test
    void whatIsBoundAndClosedAgainAndAgainLeavesNothingOpenOnEitherSide() {
        ForkedWorker worker = fork();
        int port = port(bind(worker, ANY_PORT));
        ask(worker, "close");
        await().until(() -> isFree(port));
        int here = OpenDescriptors.count();
        String there = ask(worker, "open");
        for (int round = 0; round < 20; round++) {
            assertThat(ask(worker, "closeAtOnce", ANY_PORT, 0)).isEqualTo("closed");
            ask(worker, "cancel", "127.0.0.1:" + port, 0);
        }
        await().untilAsserted(() -> assertThat(ask(worker, "open")).isEqualTo(there));
        await().until(() -> OpenDescriptors.count() == here);
    }

    @Test
    void aWorkerWithoutRoomForADescriptorIsToldSoAndHasItWhenThereIsRoom() throws Exception {
        ForkedWorker worker = fork();
        int port = port(bind(worker, ANY_PORT));
        ask(worker, "close");
        // Loads what an error needs: later there is no descriptor for that.
        assertThat(bind(worker, "127.0.0.1:" + client.getLocalPort())).startsWith("EADDRINUSE ");
        limitDescriptors(worker, lowestFree(worker));
        assertThat(bind(worker, "127.0.0.1:" + port))
                .startsWith("EMFILE cannot receive datagrams on 127.0.0.1:" + port);
        await().until(() -> isFree(port));
        limitDescriptors(worker, 1024);
        assertThat(bind(worker, "127.0.0.1:" + port)).endsWith(":" + port);
        assertThat(served(port)).isEqualTo("" + worker.id());
    }

    @Test
    @NodeTest("test-cluster-disconnect-unshared-udp.js")
    void disconnectClosesWhatIsSharedAndWhatIsTheWorkersOwn() {
        ForkedWorker one = fork();
        ForkedWorker two = fork();
        int shared = port(bind(one, ANY_PORT));
        bind(two, ANY_PORT);
        int own = port(bind(one, ANY_PORT + " exclusive"));
        one.disconnect();
        awaitGone(one);
        assertThat(one.exitStatus()).contains(new ExitStatus.Exited(0));
        assertThat(isFree(own)).isTrue();
        assertThat(isFree(shared)).isFalse();
        cluster.disconnect().join();
        assertThat(two.exitStatus()).contains(new ExitStatus.Exited(0));
        assertThat(isFree(shared)).isTrue();
    }

    @Test
    @NodeTest("test-dgram-unref-in-cluster.js")
    void oneThatIsUnreferencedKeepsNoWorker() {
        ForkedWorker worker = fork();
        bind(worker, ANY_PORT);
        ask(worker, "unref");
        order(worker, "unrefSelf", 0);
        awaitGone(worker);
        assertThat(worker.exitStatus()).contains(new ExitStatus.Exited(0));
    }

    // --- alone ------------------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-cluster-dgram-reuse.js")
    @NodeTest("test-cluster-dgram-reuseport.js")
    void portsAreHadTwiceByThoseWhoBothSayReusePortAndTheMasterIsNotAsked() throws Exception {
        ForkedWorker one = fork();
        ForkedWorker two = fork();
        note(one);
        String both = bind(one, ANY_PORT + " reusePort");
        String again = "127.0.0.1:" + port(both) + " reusePort";
        assertThat(bind(one, again)).isEqualTo(both);
        assertThat(bind(two, again)).isEqualTo(both);
        assertThat(served(port(both))).isIn("" + one.id(), "" + two.id());
        assertThat(events).doesNotContain("listening");
    }

    @Test
    @NodeTest("test-dgram-exclusive-implicit-bind.js")
    void whoOnlySendsGetsTheAnswersToWhatItHasSent() throws Exception {
        ForkedWorker one = fork();
        ForkedWorker two = fork();
        String to = "127.0.0.1:" + client.getLocalPort();
        int first = port(ask(one, "bindOnly", ANY_PORT + " exclusive", 0));
        int second = port(ask(two, "bindOnly", ANY_PORT + " exclusive", 0));
        assertThat(first).isNotEqualTo(second);
        assertThat(ask(one, "send", to + " question", 0)).isEqualTo("sent: true");
        DatagramPacket question = new DatagramPacket(new byte[100], 100);
        client.receive(question);
        assertThat(question.getPort()).isEqualTo(first);
        send(first, "answer");
        assertThat(ask(one, "readOnce")).isEqualTo("answer");
    }

    @Test
    void theLongestDatagramsGoThroughAndLongerOnesAreRefused() throws Exception {
        ForkedWorker worker = fork();
        int port = port(bind(worker, ANY_PORT));
        String longest = "x".repeat(65_507 - (worker.id() + " ").length());
        send(port, longest);
        assertThat(receive()).isEqualTo(worker.id() + " " + longest);
        send(port, "");
        assertThat(receive()).isEqualTo(worker.id() + " ");
        assertThat(ask(worker, "tooMuch")).contains("cannot send 65508 bytes", "EMSGSIZE");
        ask(worker, "close");
        assertThat(ask(worker, "send", "127.0.0.1:9 x", 0)).contains("ClosedChannelException");
    }

    // --- by number --------------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-cluster-dgram-bind-fd.js")
    void aSocketOfTheMastersIsSharedByTheNumberOfItsDescriptorAndStaysTheMasters() throws Exception {
        try (Handle mine = Handle.bind(new InetSocketAddress(LOOPBACK, 0))) {
            String where = "fd:" + descriptor(mine);
            ForkedWorker one = fork();
            ForkedWorker two = fork();
            assertThat(bind(one, where)).isEqualTo("udp:127.0.0.1:" + mine.port());
            assertThat(bind(two, where)).isEqualTo("udp:127.0.0.1:" + mine.port());
            assertThat(served(mine.port())).isIn("" + one.id(), "" + two.id());
            cluster.disconnect().join();
            send(mine.port(), "late");
            try (ByteChannel channel = mine.duplicate().open()) {
                ByteBuffer datagram = ByteBuffer.allocate(100);
                assertThat(channel.read(datagram)).isEqualTo("late".length());
            }
        }
    }

    @Test
    @NodeTest("test-net-listen-handle-in-cluster-2.js")
    void aDescriptorOfTheWorkersOwnIsListenedOnWithoutTheMaster() throws Exception {
        ForkedWorker worker = fork();
        note(worker);
        int port = port(ask(worker, "listenOwn"));
        assertThat(greeting(port)).isEqualTo("" + worker.id());
        assertThat(events).doesNotContain("listening");
    }

    @Test
    void aDatagramIsNobodysToChange() {
        byte[] data = {1, 2};
        Datagram datagram = new Datagram(data, new InetSocketAddress(LOOPBACK, 1));
        data[0] = 9;
        datagram.data()[1] = 9;
        assertThat(datagram.data()).containsExactly(1, 2);
    }
}
