package dev.handoff.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.handoff.process.ExitStatus;
import dev.handoff.process.Handle;
import dev.handoff.process.NodeTest;
import dev.handoff.process.Signal;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers that ask their master to listen for them. */
@Timeout(90)
class SharedListeningTest extends WithForks {
    private static final String ANY_PORT = "greet 127.0.0.1:0";

    // --- what is shared
    // -----------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-cluster-basic.js")
    @NodeTest("test-cluster-net-listen.js")
    @NodeTest("test-net-listen-twice.js")
    void theFirstAnyPortOfEachWorkerIsTheSameAndTheyTakeTurns() throws Exception {
        ForkedWorker one = fork();
        ForkedWorker two = fork();
        List<ListenAddress> heard = new ArrayList<>();
        two.onListening(heard::add);
        String address = listen(one, ANY_PORT);
        assertThat(listen(two, ANY_PORT)).isEqualTo(address);
        assertThat(listen(one, ANY_PORT)).isNotEqualTo(address);
        await().until(() -> !heard.isEmpty());
        assertThat(heard).containsExactly(new ListenAddress(ListenAddress.Family.IPV4, "127.0.0.1", port(address)));

        List<String> served = new ArrayList<>();
        for (int index = 0; index < 8; index++) {
            served.add(greeting(port(address)));
        }
        assertThat(served.subList(2, 8)).isEqualTo(served.subList(0, 6));
        assertThat(Set.copyOf(served)).containsExactlyInAnyOrder("" + one.id(), "" + two.id());
    }

    @Test
    @NodeTest("test-cluster-net-listen-ipv6only-false.js")
    @NodeTest("test-cluster-net-listen-ipv6only-rr.js")
    void everywhereTakesBothFamiliesUnlessOnlyIpv6IsWanted() throws Exception {
        ForkedWorker worker = fork();
        int both = port(listen(worker, "greet 0"));
        assertThat(greeting(both)).isEqualTo("" + worker.id());
        String six = listen(worker, "greet [::]:0 onlyIpv6");
        assertThat(six).startsWith("[0:0:0:0:0:0:0:0]:");
        assertThatThrownBy(() -> connect(port(six))).isInstanceOf(ConnectException.class);
        try (ServerSocket four = new ServerSocket(port(six), 1, InetAddress.getLoopbackAddress())) {
            assertThat(four.isBound()).isTrue();
        }
    }

    @Test
    @NodeTest("test-cluster-http-pipe.js")
    @NodeTest("test-cluster-listen-pipe-readable-writable.js")
    void aUnixPathHasItsRightsAndIsGoneWithTheLastWorkerHoweverThatEnds(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("socket");
        ForkedWorker worker = fork();
        assertThat(listen(worker, "greet unix:" + path + " open")).isEqualTo("unix:" + path);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rwxrwxrwx");
        assertThat(greeting(path)).isEqualTo("" + worker.id());
        worker.kill(Signal.KILL);
        await().until(() -> Files.notExists(path));
    }

    @Test
    @NodeTest("test-cluster-net-listen-relative-path.js")
    void aPathTooLongForTheKernelIsReached(@TempDir Path directory) throws Exception {
        Path here = Files.createTempDirectory(Path.of("target"), "d".repeat(110));
        Path path = here.resolve("socket");
        Path shorter = Files.createSymbolicLink(directory.resolve("s"), here.toAbsolutePath())
                .resolve("socket");
        ForkedWorker worker = fork();
        assertThat(listen(worker, "greet unix:" + path)).isEqualTo("unix:" + path.toAbsolutePath());
        assertThat(greeting(shorter)).isEqualTo("" + worker.id());
        cluster.disconnect().join();
        assertThat(path).doesNotExist();
        Files.delete(here);
    }

    private static String greeting(Path path) throws IOException {
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(path));
            ByteBuffer bytes = ByteBuffer.allocate(100);
            while (client.read(bytes) >= 0) {
                assertThat(bytes.hasRemaining()).isTrue();
            }
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).strip();
        }
    }

    // --- what is refused
    // ----------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-cluster-shared-handle-bind-error.js")
    @NodeTest("test-cluster-eaddrinuse.js")
    @NodeTest("test-cluster-bind-twice.js")
    @NodeTest("test-cluster-eaccess.js")
    @NodeTest("test-cluster-listen-twice-same-port.js")
    void whatCannotBeListenedOnIsToldToTheWorkerThatAsked(@TempDir Path directory) throws Exception {
        ForkedWorker worker = fork();
        int port;
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = other.getLocalPort();
            assertThat(listen(worker, "greet 127.0.0.1:" + port))
                    .startsWith("EADDRINUSE cannot listen on 127.0.0.1:" + port);
        }
        assertThat(listen(worker, "greet 127.0.0.1:" + port)).isEqualTo("127.0.0.1:" + port);
        assertThat(listen(worker, "greet 127.0.0.1:" + port))
                .startsWith("EADDRINUSE ")
                .contains("this worker listens there already");
        assertThat(greeting(port)).isEqualTo("" + worker.id());

        assertThat(listen(worker, "greet no.such.host.invalid:0")).startsWith("ENOTFOUND ");
        assertThat(listen(worker, "greet unix:" + directory.resolve("no/socket")))
                .startsWith("ENOENT ");
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(listen(worker, "greet unix:" + file)).startsWith("EADDRINUSE ");
    }

    @Test
    void aPortThatTheKernelChoseIsSharedByItsNumber() throws Exception {
        ForkedWorker one = fork();
        ForkedWorker two = fork();
        String chosen = listen(one, ANY_PORT);
        assertThat(listen(two, "greet " + chosen)).isEqualTo(chosen);
        assertThat(greetings(port(chosen), 4)).containsExactlyInAnyOrder("" + one.id(), "" + two.id());
    }

    // --- by number
    // ----------------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-listen-fd-cluster.js")
    void aSocketOfTheMastersIsSharedByTheNumberOfItsDescriptorAndStaysTheMasters() throws Exception {
        try (Handle mine = Handle.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            String where = "greet fd:" + SharedDatagramsTest.descriptor(mine);
            ForkedWorker one = fork();
            ForkedWorker two = fork();
            assertThat(listen(one, where)).isEqualTo("127.0.0.1:" + mine.port());
            assertThat(listen(two, where)).isEqualTo("127.0.0.1:" + mine.port());
            assertThat(greetings(mine.port(), 4)).containsExactlyInAnyOrder("" + one.id(), "" + two.id());
            assertThat(listen(one, "greet fd:100000")).startsWith("EBADF cannot listen on fd:100000");
            cluster.disconnect().join();
            connect(mine.port());
            mine.accept().close();
        }
    }

    // --- closing
    // ------------------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-cluster-child-index-net.js")
    @NodeTest("test-cluster-server-restart-rr.js")
    void whoClosesAndListensAgainGetsWhatTheOthersStillHave() throws Exception {
        ForkedWorker one = fork();
        ForkedWorker two = fork();
        String address = listen(one, ANY_PORT);
        listen(two, ANY_PORT);
        ask(one, "close", "", 0);
        // What was sent before is still served.
        await().until(() -> greetings(port(address), 3).equals(Set.of("" + two.id())));
        assertThat(listen(one, ANY_PORT)).isEqualTo(address);
        assertThat(greetings(port(address), 4)).containsExactlyInAnyOrder("" + one.id(), "" + two.id());
    }

    private Set<String> greetings(int port, int count) throws IOException {
        Set<String> served = new TreeSet<>();
        for (int index = 0; index < count; index++) {
            served.add(greeting(port));
        }
        return served;
    }

    @Test
    @NodeTest("test-net-server-close-before-ipc-response.js")
    void theLastCloseEndsItAndTheSamePortCanBeHadAgainAtOnce() throws Exception {
        ForkedWorker worker = fork();
        int port = port(listen(worker, ANY_PORT));
        ask(worker, "close", "", 0);
        assertThat(listen(worker, "greet 127.0.0.1:" + port)).isEqualTo("127.0.0.1:" + port);
        assertThat(greeting(port)).isEqualTo("" + worker.id());
        ask(worker, "close", "", 1);
        await().until(() -> isRefused(port));
    }

    private static boolean isRefused(int port) throws IOException {
        try (Socket client = new Socket()) {
            client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return false;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    // --- leaving and dying
    // --------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-cluster-worker-wait-server-close.js")
    void disconnectWaitsForOpenConnections() throws Exception {
        ForkedWorker worker = fork();
        note(worker);
        int port = port(listen(worker, "hold 127.0.0.1:0"));
        Socket held = connect(port);
        await().until(() -> held(worker) == 1);
        worker.disconnect();
        await().until(() -> isRefused(port));
        assertThat(worker.isConnected()).isTrue();
        order(worker, "letGo", 0);
        assertThat(greeting(held)).isEmpty();
        awaitGone(worker);
        assertThat(worker.exitStatus()).contains(new ExitStatus.Exited(0));
    }

    @Test
    @NodeTest("test-cluster-disconnect.js")
    void theWholeClusterDisconnectsAndWorksASecondTime() throws Exception {
        int port = 0;
        for (int round = 0; round < 2; round++) {
            ForkedWorker one = fork();
            ForkedWorker two = fork();
            port = port(listen(one, "greet 127.0.0.1:" + port));
            listen(two, "greet 127.0.0.1:" + (round == 0 ? 0 : port));
            assertThat(List.of(greeting(port), greeting(port))).containsExactlyInAnyOrder("" + one.id(), "" + two.id());
            cluster.disconnect().join();
            assertThat(isRefused(port)).isTrue();
        }
    }

    /** On Node its clients hang for ever: see {@link NodesFaultsTest}. */
    @Test
    void whoWasSentToAWorkerThatFrozeAndWasKilledIsServedByAnother() throws Exception {
        ForkedWorker frozen = fork();
        ForkedWorker other = fork();
        note(frozen);
        int port = port(listen(frozen, ANY_PORT));
        listen(other, ANY_PORT);
        ask(frozen, "freeze");
        List<Socket> clients = new ArrayList<>();
        for (int index = 0; index < 6; index++) {
            clients.add(connect(port));
        }
        frozen.kill(Signal.KILL);
        for (Socket client : clients) {
            assertThat(greeting(client)).isEqualTo("" + other.id());
        }
        awaitEvent("disconnect");
        awaitEvent("exit signal KILL");
    }

    @Test
    void clientsOfTheLastWorkerThatDiedWaitForItsSuccessor() throws Exception {
        ForkedWorker first = fork();
        int port = port(listen(first, ANY_PORT));
        ask(first, "freeze");
        Socket early = connect(port);
        CompletableFuture<ForkedWorker> successor = new CompletableFuture<>();
        subscriptions.add(cluster.onExit((worker, status) -> {
            if (worker == first) {
                successor.complete(fork());
            }
        }));
        first.kill(Signal.KILL);
        ForkedWorker second = successor.join();
        Socket late = connect(port);
        assertThat(listen(second, ANY_PORT)).isEqualTo("127.0.0.1:" + port);
        assertThat(greeting(early)).isEqualTo("" + second.id());
        assertThat(greeting(late)).isEqualTo("" + second.id());
    }

    @Test
    void aSuccessorForkedAsItsForerunnerLeavesLosesNobody() throws Exception {
        ForkedWorker first = fork();
        int port = port(listen(first, ANY_PORT));
        CompletableFuture<ForkedWorker> successor = new CompletableFuture<>();
        first.onLeaving(() -> successor.complete(fork()));
        order(first, "disconnect", 0);
        ForkedWorker second = successor.join();
        Socket between = connect(port);
        assertThat(listen(second, ANY_PORT)).isEqualTo("127.0.0.1:" + port);
        assertThat(greeting(between)).isIn("" + first.id(), "" + second.id());
        assertThat(greeting(port)).isEqualTo("" + second.id());
        awaitGone(first);
    }

    @Test
    void aConnectionForWhichTheProgramThrowsIsClosed() throws Exception {
        ForkedWorker worker = fork();
        int port = port(listen(worker, "fail 127.0.0.1:0"));
        assertThat(greeting(port)).isEmpty();
        assertThat(greeting(port)).isEmpty();
        assertThat(worker.isDead()).isFalse();
    }

    // --- limits
    // -------------------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-net-server-drop-connections-in-cluster.js")
    void beyondItsLimitAWorkersConnectionsGoToOthersOrWaitOrAreDropped() throws Exception {
        ForkedWorker one = fork();
        ForkedWorker two = fork();
        int port = port(ask(one, "listen", "hold 127.0.0.1:0 most", 1));
        ask(two, "listen", "hold 127.0.0.1:0 most", 1);
        await().until(() -> Stream.of(one, two).allMatch(each -> each.state() == WorkerState.READY));
        Socket first = connect(port);
        Socket second = connect(port);
        Socket waiting = connect(port);
        await().until(() -> held(one) + held(two) == 2);
        ask(one, "letGo");
        ask(two, "letGo");
        assertThat(greeting(first) + greeting(second)).isEmpty();
        await().until(() -> held(one) + held(two) == 1);
        ask(one, "letGo");
        ask(two, "letGo");
        assertThat(greeting(waiting)).isEmpty();

        cluster.disconnect().join();
        ForkedWorker dropping = fork();
        int other = port(ask(dropping, "listen", "hold 127.0.0.1:0 most drop", 1));
        Socket kept = connect(other);
        await().until(() -> held(dropping) == 1);
        Socket dropped = connect(other);
        assertThat(greeting(dropped)).isEmpty();
        ask(dropping, "letGo");
        assertThat(greeting(kept)).isEmpty();
    }

    @Test
    void aWorkerWithoutDescriptorsLeavesItsClientsToOthersAndTakesTurnsAgainWhenItHasSome() throws Exception {
        ForkedWorker full = fork();
        int port = port(listen(full, "greet 127.0.0.1:0"));
        // Whatever a connection needs is loaded by then: later there is no descriptor for that.
        assertThat(greeting(port)).isEqualTo("" + full.id());
        ForkedWorker other = fork();
        listen(other, "greet 127.0.0.1:0");
        limitDescriptors(full, lowestFree(full));
        for (int count = 0; count < 4; count++) {
            assertThat(greeting(port)).isEqualTo("" + other.id());
        }
        limitDescriptors(full, 1024);
        await().until(() -> greeting(port).equals("" + full.id()));
    }

    @Test
    void aWorkerWhoseExecutorHasNoThreadForAMomentServesWhenItHasOne() throws Exception {
        ForkedWorker worker = fork();
        int port = port(ask(worker, "listen", "greet 127.0.0.1:0 threadless", 3));
        assertThat(greeting(port)).isEqualTo("" + worker.id());
    }

    private static int held(ForkedWorker worker) {
        return Integer.parseInt(ask(worker, "held"));
    }

    // --- alone
    // --------------------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-net-listen-shared-ports.js")
    @NodeTest("test-cluster-net-reuseport.js")
    void exclusivePortsAreAWorkersOwnUnlessBothSayReusePort() throws Exception {
        ForkedWorker one = fork();
        ForkedWorker two = fork();
        note(one);
        String alone = listen(one, "greet 127.0.0.1:0 exclusive");
        assertThat(listen(two, "greet 127.0.0.1:0 exclusive")).isNotEqualTo(alone);
        assertThat(listen(two, "greet " + alone + " exclusive")).startsWith("EADDRINUSE ");
        assertThat(listen(two, "greet " + alone)).startsWith("EADDRINUSE ");
        assertThat(greeting(port(alone))).isEqualTo("" + one.id());

        String both = listen(one, "greet 127.0.0.1:0 reusePort");
        assertThat(listen(one, "greet " + both + " reusePort")).isEqualTo(both);
        assertThat(listen(two, "greet " + both + " reusePort")).isEqualTo(both);
        assertThat(greeting(port(both))).isIn("" + one.id(), "" + two.id());
        assertThat(events).doesNotContain("listening");

        ask(one, "close", "", 0);
        await().until(() -> isRefused(port(alone)));
        cluster.disconnect().join();
        assertThat(isRefused(port(both))).isTrue();
    }
}
