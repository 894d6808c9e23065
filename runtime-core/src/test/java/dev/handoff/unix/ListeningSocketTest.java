package dev.handoff.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import jnr.ffi.Pointer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ListeningSocketTest {
    /** What packets on the loopback interface have left. */
    private static final int HOPS_HERE = 64;

    private final int before = OpenDescriptors.count();

    @AfterEach
    void leaveNothing() {
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }

    private static ListeningSocket bind(String host, int port) throws IOException {
        return ListeningSocket.bind(new InetSocketAddress(InetAddress.getByName(host), port), 64, false, false);
    }

    private static Socket connect(ListeningSocket listener) throws IOException {
        Socket client = new Socket();
        client.connect(listener.localAddress(), 5000);
        return client;
    }

    private static Accepted accept(ListeningSocket listener) throws IOException {
        Poller poller = new Poller();
        poller.add(listener.fd(), Poller.IN);
        poller.poll(5000);
        return Objects.requireNonNull(listener.accept(), "no client came within 5 s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "::"})
    void acceptsAndKnowsTheClientsAddress(String host) throws Exception {
        try (ListeningSocket listener = bind(host, 0)) {
            InetSocketAddress where = (InetSocketAddress) listener.localAddress();
            assertThat(where.getPort()).isPositive();
            assertThat(listener.accept()).isNull();
            try (Socket client = connect(listener);
                    Fd accepted = acceptedFrom(client, listener)) {
                String info = Files.readString(Path.of("/proc/self/fdinfo", Integer.toString(accepted.number())));
                assertThat(info).as("O_NONBLOCK and O_CLOEXEC").containsPattern("flags:\\s+02004002");
            }
        }
    }

    private static Fd acceptedFrom(Socket client, ListeningSocket listener) throws IOException {
        Accepted accepted = accept(listener);
        assertThat(accepted.peer().decode()).isEqualTo(client.getLocalSocketAddress());
        return accepted.fd();
    }

    @Test
    void acceptedConnectionsInheritKeepAlive() throws Exception {
        try (ListeningSocket listener = bind("127.0.0.1", 0)) {
            listener.keepAlive(Duration.ofSeconds(40));
            try (Socket client = connect(listener);
                    Fd accepted = acceptedFrom(client, listener)) {
                assertThat(option(accepted, Native.SOL_SOCKET, Native.SO_KEEPALIVE))
                        .isEqualTo(1);
                assertThat(option(accepted, Native.IPPROTO_TCP, Native.TCP_KEEPIDLE))
                        .isEqualTo(40);
                assertThat(option(accepted, Native.IPPROTO_TCP, Native.TCP_KEEPINTVL))
                        .isEqualTo(10);
                assertThat(option(accepted, Native.IPPROTO_TCP, Native.TCP_KEEPCNT))
                        .isEqualTo(4);
            }
        }
    }

    private static int option(Fd socket, int level, int name) throws UnixException {
        Pointer memory = Native.allocate(2 * Integer.BYTES);
        memory.putInt(Integer.BYTES, Integer.BYTES);
        long value = memory.address();
        Native.check(Native.LIBC.getsockopt(socket.number(), level, name, value, value + Integer.BYTES), "getsockopt");
        return memory.getInt(0);
    }

    @Test
    void anIpv4ClientOfAnIpv6ListenerHasItsOwnAddress() throws Exception {
        try (ListeningSocket listener = bind("::", 0)) {
            int port = ((InetSocketAddress) listener.localAddress()).getPort();
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
                    Fd accepted = acceptedFrom(client, listener)) {
                assertThat(accepted.isOpen()).isTrue();
            }
        }
    }

    @Test
    void anIpv6OnlyListenerHasRoomForAnIpv4OneBesideIt() throws Exception {
        try (ListeningSocket six =
                ListeningSocket.bind(new InetSocketAddress(InetAddress.getByName("::"), 0), 64, true, false)) {
            int port = ((InetSocketAddress) six.localAddress()).getPort();
            try (ListeningSocket four = bind("0.0.0.0", port)) {
                assertThat(((InetSocketAddress) four.localAddress()).getPort()).isEqualTo(port);
            }
        }
    }

    @Test
    void whatCannotBeBoundSaysWhereAndWhy() throws Exception {
        try (ListeningSocket listener = bind("127.0.0.1", 0)) {
            int port = ((InetSocketAddress) listener.localAddress()).getPort();
            assertThatExceptionOfType(UnixException.class)
                    .isThrownBy(() -> bind("127.0.0.1", port))
                    .withMessageContaining("cannot listen on 127.0.0.1:" + port)
                    .withMessageContaining("EADDRINUSE");
        }
        assertThatExceptionOfType(UnixException.class)
                .isThrownBy(() -> bind("192.0.2.1", 0))
                .withMessageContaining("EADDRNOTAVAIL");
        assertThatExceptionOfType(UnixException.class)
                .isThrownBy(() -> bind("2001:db8::1", 80))
                .withMessageContaining("cannot listen on [2001:db8:0:0:0:0:0:1]:80");
    }

    @Test
    void theBacklogTellsHowManyWait() throws Exception {
        try (ListeningSocket listener = bind("127.0.0.1", 0)) {
            assertThat(listener.backlog()).isEqualTo(new ListeningSocket.Backlog(0, 64));
            try (Socket first = connect(listener);
                    Socket second = connect(listener)) {
                assertThat(listener.backlog().waiting()).isEqualTo(2);
                accept(listener).fd().close();
                assertThat(listener.backlog().waiting()).isOne();
                assertThat(first.isConnected() && second.isConnected()).isTrue();
            }
        }
    }

    @Test
    void afterNewHandshakesAreRefusedOnlyThoseThatWereCompleteAreAccepted() throws Exception {
        acceptsOnlyWhatWasComplete("127.0.0.1", InetAddress.getLoopbackAddress(), ListeningSocket::refuseNewHandshakes);
    }

    /** Without the right to attach a filter: over IPv4, over IPv6, and over IPv4 to a socket of IPv6. */
    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.1", "::, ::1", "::, 127.0.0.1"})
    void aLimitOfHopsRefusesNewHandshakesAsWell(String host, String client) throws Exception {
        acceptsOnlyWhatWasComplete(host, InetAddress.getByName(client), ListeningSocket::limitHops);
    }

    /** A way to refuse new handshakes. */
    private interface Refusal {
        void by(ListeningSocket listener) throws UnixException;
    }

    private static void acceptsOnlyWhatWasComplete(String host, InetAddress from, Refusal refusal) throws Exception {
        try (ListeningSocket listener = bind(host, 0)) {
            int port = ((InetSocketAddress) listener.localAddress()).getPort();
            InetSocketAddress where = new InetSocketAddress(from, port);
            try (Socket early = new Socket()) {
                early.connect(where, 5000);
                refusal.by(listener);
                try (Socket late = new Socket()) {
                    assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> late.connect(where, 300));
                }
                try (Fd accepted = acceptedFrom(early, listener)) {
                    early.getOutputStream().write('x');
                    assertThat(isReadable(accepted)).isTrue();
                }
                assertThat(listener.accept()).isNull();
            }
        }
    }

    private static boolean isReadable(Fd connection) throws IOException {
        Poller poller = new Poller();
        int index = poller.add(connection, Poller.IN);
        poller.poll(5000);
        return poller.isReady(index);
    }

    /** A connection whose handshake ends while the limit is in force has it, too, and would not be heard. */
    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.1", "::, ::1", "::, 127.0.0.1"})
    void whatIsAcceptedFromBehindALimitOfHopsHasNone(String host, String from) throws Exception {
        try (ListeningSocket listener = bind(host, 0)) {
            int port = ((InetSocketAddress) listener.localAddress()).getPort();
            listener.limitHops();
            HopLimit.set(listener.fd(), HOPS_HERE);
            try (Socket client = new Socket(InetAddress.getByName(from), port);
                    Fd accepted = acceptedFrom(client, listener)) {
                assertThat(hopLimit(accepted, Native.IPPROTO_IP, Native.IP_MINTTL))
                        .isZero();
                if (SocketFd.isIpv6(accepted)) {
                    assertThat(hopLimit(accepted, Native.IPPROTO_IPV6, Native.IPV6_MINHOPCOUNT))
                            .isZero();
                }
            }
        }
    }

    private static int hopLimit(Fd socket, int level, int option) throws UnixException {
        Pointer memory = Native.allocate(2 * Integer.BYTES);
        memory.putInt(Integer.BYTES, Integer.BYTES);
        long value = memory.address();
        Native.check(
                Native.LIBC.getsockopt(socket.number(), level, option, value, value + Integer.BYTES),
                "cannot ask for the limit of hops");
        return memory.getInt(0);
    }

    @Test
    void aUnixPathIsAcceptedFrom(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("socket");
        try (ListeningSocket listener = ListeningSocket.bind(path, 8);
                SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            assertThat(client.connect(UnixDomainSocketAddress.of(path))).isTrue();
            try (Fd accepted = accept(listener).fd()) {
                assertThat(accepted.isOpen()).isTrue();
            }
            assertThat(listener.localAddress()).isSameAs(UnnamedAddress.UNNAMED);
            assertThat(listener.backlog().waiting()).isZero();
            listener.refuseNewHandshakes();
        }
    }

    @Test
    void aUnixPathInUseIsRefusedAndOneThatAKilledProcessLeftIsReplaced(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("socket");
        try (ListeningSocket listener = ListeningSocket.bind(path, 8)) {
            assertThatExceptionOfType(UnixException.class)
                    .isThrownBy(() -> ListeningSocket.bind(path, 8))
                    .withMessageContaining("cannot listen on unix:" + path)
                    .withMessageContaining("EADDRINUSE");
            assertThat(listener.fd().isOpen()).isTrue();
        }
        assertThat(path).as("a close leaves the file").exists();
        try (ListeningSocket successor = ListeningSocket.bind(path, 8)) {
            assertThat(successor.fd().isOpen()).isTrue();
        }
    }

    @Test
    void theFileThatAProcessHasLeftIsRemovedAndNoneOfASuccessor(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("socket");
        long self = ProcessHandle.current().pid();
        long other = ProcessHandle.current().parent().orElseThrow().pid();
        assertThat(ListeningSocket.removeIfLeftBy(self, path)).isFalse();
        try (Fd heir = heirOf(path)) {
            assertThat(SocketFd.isListening(heir)).isTrue();
            assertThat(ListeningSocket.removeIfLeftBy(other, path)).isFalse();
            assertThat(path).exists();
            assertThat(ListeningSocket.removeIfLeftBy(self, path)).isTrue();
            assertThat(path).doesNotExist();
        }
        ListeningSocket.bind(path, 8).close();
        assertThat(ListeningSocket.removeIfLeftBy(other, path)).isTrue();
        assertThat(path).doesNotExist();
    }

    private static Fd heirOf(Path path) throws IOException {
        try (ListeningSocket listener = ListeningSocket.bind(path, 8)) {
            return SocketFd.duplicate(listener.fd());
        }
    }

    @Test
    void aFileThatIsNoSocketIsNeverReplaced(@TempDir Path directory) throws Exception {
        Path path = Files.writeString(directory.resolve("socket"), "another's");
        assertThatExceptionOfType(UnixException.class)
                .isThrownBy(() -> ListeningSocket.bind(path, 8))
                .withMessageContaining("EADDRINUSE");
        assertThat(path).hasContent("another's");
        assertThat(ListeningSocket.removeIfLeftBy(ProcessHandle.current().pid(), path))
                .isFalse();
        assertThat(path).hasContent("another's");
    }

    /** To connect to one is refused as well. */
    @Test
    void aNamedPipeIsNeverReplaced(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("socket");
        assertThat(new ProcessBuilder("mkfifo", path.toString())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        assertThatExceptionOfType(UnixException.class)
                .isThrownBy(() -> ListeningSocket.bind(path, 8))
                .withMessageContaining("EADDRINUSE");
        assertThat(ListeningSocket.removeIfLeftBy(ProcessHandle.current().pid(), path))
                .isFalse();
        assertThat(path).exists();
    }

    // --- opened by others -------------------------------------------------------------------------------------------

    @Test
    void aSocketOpenedByNumberListensAndStaysOpenForItsOtherOwners() throws Exception {
        try (Fd foreign = new Fd(Native.LIBC.socket(Native.AF_INET, Native.SOCK_STREAM, 0))) {
            try (ListeningSocket first = ListeningSocket.ofNumber(foreign.number(), 64)) {
                assertThat(first.accept()).isNull();
                connect(first).close();
                accept(first).fd().close();
                first.refuseNewHandshakes();
            }
            try (ListeningSocket second = ListeningSocket.ofNumber(foreign.number(), 64);
                    Socket client = connect(second)) {
                assertThat(client.isConnected()).isTrue();
                accept(second).fd().close();
            }
        }
    }

    @Test
    void whatIsNoSocketOfThatKindIsNotAdopted(@TempDir Path directory) throws Exception {
        try (Fd datagrams = SocketFd.bindDatagrams(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), false, false);
                ListeningSocket streams = bind("127.0.0.1", 0);
                Fd file = new Fd(Native.open(directory.resolve("file"), Native.O_RDWR | Native.O_CREAT, 0600))) {
            refused(() -> ListeningSocket.ofNumber(datagrams.number(), 1), "EINVAL");
            refused(() -> SocketFd.ofNumber(streams.fd().number(), true), "EINVAL");
            refused(() -> ListeningSocket.ofNumber(file.number(), 1), "ENOTSOCK");
            refused(() -> ListeningSocket.ofNumber(100_000, 1), "EBADF");
        }
    }

    private static void refused(ThrowingCallable adoption, String errno) {
        assertThatExceptionOfType(UnixException.class)
                .isThrownBy(adoption)
                .withMessageContaining(" on fd:")
                .satisfies(e -> assertThat(e.name()).isEqualTo(errno));
    }
}
