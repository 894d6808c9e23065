package dev.handoff.acceptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.StartException;
import dev.handoff.unix.Fd;
import dev.handoff.unix.ListeningSocket;
import dev.handoff.unix.OpenDescriptors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ListenerTest {
    /** Of proc_net_tcp(5): a timer that is not about retransmission. */
    private static final int KEEPALIVE_TIMER = 2;

    private final int before = OpenDescriptors.count();

    @TempDir
    private Path directory = Path.of("/nowhere");

    @AfterEach
    void leaveNothing() {
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }

    @Test
    void openSaysWhereItReallyListens() {
        Path path = directory.resolve("socket");
        List<Listener> all = Listener.openAll(List.of(
                ListenOptions.port(0).name("a"),
                ListenOptions.address("127.0.0.1", 0),
                ListenOptions.unix(path).permissions(PosixFilePermissions.fromString("rw-rw----"))));
        assertThat(all).extracting(Listener::key).containsExactly(0, 1, 2);
        assertThat(all.get(0).name()).isEqualTo("a");
        assertThat(all.get(0).address().port()).isPositive();
        assertThat(all.get(1).address().family()).isEqualTo(ListenAddress.Family.IPV4);
        assertThat(all.get(1).address().toString()).startsWith("127.0.0.1:").doesNotEndWith(":0");
        assertThat(all.get(2).address()).hasToString("unix:" + path);
        assertThat(path)
                .satisfies(file -> assertThat(Files.getPosixFilePermissions(file))
                        .isEqualTo(PosixFilePermissions.fromString("rw-rw----")));
        all.forEach(Listener::close);
        assertThat(path).doesNotExist();
    }

    @Test
    void connectionsOfAClusterHaveKeepAliveUnlessItIsSwitchedOff() throws Exception {
        assertThat(keepsAlive(ClusterSettings.defaults())).isTrue();
        assertThat(keepsAlive(ClusterSettings.defaults().option("tcp.keepAlive", "0")))
                .isFalse();
    }

    private static boolean keepsAlive(ClusterSettings settings) throws Exception {
        Listener listener = Listener.openAll(settings.listen(ListenOptions.address("127.0.0.1", 0)))
                .get(0);
        int port = listener.address().port();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
                Fd accepted = Objects.requireNonNull(listener.accept(), "its handshake is over")
                        .fd()) {
            assertThat(accepted.number()).isPositive();
            return timerOf(port, client.getLocalPort()) == KEEPALIVE_TIMER;
        } finally {
            listener.close();
        }
    }

    /* /proc/net/tcp: a number, local and remote address, state, queues, and the timer that runs. */
    private static int timerOf(int localPort, int remotePort) throws IOException {
        String ends = String.format("0100007F:%04X 0100007F:%04X", localPort, remotePort);
        String row = Files.readAllLines(Path.of("/proc/net/tcp")).stream()
                .filter(line -> line.contains(ends))
                .findFirst()
                .orElseThrow();
        String timer = row.strip().split("\\s+", -1)[5];
        return Integer.parseInt(timer.substring(0, timer.indexOf(':')), 16);
    }

    @Test
    void oneThatCannotBeOpenedLeavesNoneOpen() {
        Path path = directory.resolve("socket");
        List<Listener> first = Listener.openAll(List.of(ListenOptions.address("127.0.0.1", 0)));
        int port = first.get(0).address().port();
        List<ListenOptions> wanted = List.of(ListenOptions.unix(path), ListenOptions.address("127.0.0.1", port));
        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> Listener.openAll(wanted))
                .withMessageContaining("cannot listen on 127.0.0.1:" + port)
                .withMessageContaining("stop the program that listens there, or choose another port")
                .satisfies(e -> assertThat(e.exitCode()).isEqualTo(StartException.CANNOT_LISTEN));
        assertThat(path).doesNotExist();
        first.forEach(Listener::close);
    }

    @Test
    void theSocketThatASuccessorHasBoundMeanwhileStays() throws Exception {
        Path path = directory.resolve("socket");
        Listener leaving = Listener.openAll(List.of(ListenOptions.unix(path))).get(0);
        Files.delete(path);
        try (Listener successor =
                Listener.openAll(List.of(ListenOptions.unix(path))).get(0)) {
            leaving.startClosing();
            leaving.close();
            assertThat(path).exists();
            try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                assertThat(client.connect(UnixDomainSocketAddress.of(path))).isTrue();
                Objects.requireNonNull(successor.accept()).fd().close();
            }
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void aFileThatLiesInItsPlaceMeanwhileStays() throws Exception {
        Path path = directory.resolve("socket");
        Listener leaving = Listener.openAll(List.of(ListenOptions.unix(path))).get(0);
        Files.delete(path);
        Files.writeString(path, "precious");
        leaving.startClosing();
        leaving.close();
        assertThat(path).hasContent("precious");
    }

    @Test
    void aPathInUseIsRefusedWithoutAWordOfPorts() {
        List<ListenOptions> wanted = List.of(ListenOptions.unix(directory.resolve("socket")));
        List<Listener> first = Listener.openAll(wanted);
        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> Listener.openAll(wanted))
                .withMessageContaining("cannot listen on unix:" + directory.resolve("socket"))
                .withMessageEndingWith("stop the program that listens there, or choose another path");
        first.forEach(Listener::close);
    }

    @Test
    void anAddressOfAnotherMachineIsRefusedInPlainWords() {
        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> Listener.openAll(List.of(ListenOptions.address("192.0.2.1", 80))))
                .withMessageContaining("cannot listen on 192.0.2.1:80")
                .withMessageContaining("no interface of this machine has that address");
        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> Listener.openAll(List.of(ListenOptions.address("no.such.host.invalid", 80))))
                .withMessageContaining("cannot listen on no.such.host.invalid: no such host is known here");
    }

    @Test
    void oneThatWasInheritedIsLeftAsItWas() throws Exception {
        Path path = directory.resolve("socket");
        try (ListeningSocket systemds = ListeningSocket.bind(path, 8)) {
            int number = systemds.fd().number();
            Listener listener =
                    Listener.openAll(List.of(ListenOptions.descriptor(number))).get(0);
            assertThat(listener.address()).hasToString("unix:" + path);
            listener.startClosing();
            listener.close();
            assertThat(path).exists();
            assertThat(systemds.accept()).isNull();
        }
        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> Listener.openAll(List.of(ListenOptions.descriptor(100_000))))
                .withMessageContaining("cannot listen on fd:100000")
                .withMessageContaining("EBADF")
                .withMessageEndingWith("; start the program with that descriptor open");
    }
}
