package dev.handoff.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.atIndex;

import dev.handoff.unix.SeqPacketSocket.Received;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SeqPacketSocketTest {
    private static final int SCM_MAX_FD = 253;

    private final int before = OpenDescriptors.count();
    private final List<ListeningSocket> sockets = new ArrayList<>();
    private SeqPacketPair pair;

    SeqPacketSocketTest() throws IOException {
        pair = SeqPacketPair.open();
    }

    @BeforeEach
    void openSomeSockets() throws IOException {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        for (int count = 0; count < 3; count++) {
            sockets.add(ListeningSocket.bind(anyPort, 1, false, false));
        }
    }

    @AfterEach
    void leaveNothing() {
        sockets.forEach(ListeningSocket::close);
        pair.close();
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }

    private DescriptorMessage carrying(int descriptors) {
        DescriptorMessage message = new DescriptorMessage(SCM_MAX_FD + 1, 64);
        for (int index = 0; index < descriptors; index++) {
            message.putDescriptor(index, sockets.get(index % sockets.size()).fd());
        }
        return message;
    }

    @Test
    void carriesAsManyDescriptorsAsTheKernelAllowsInTheirOrder() throws Exception {
        assertThat(pair.left().send(carrying(SCM_MAX_FD), 1, SCM_MAX_FD)).isTrue();
        DescriptorMessage in = new DescriptorMessage(SCM_MAX_FD, 64);

        assertThat(pair.right().receive(in)).isEqualTo(Received.MESSAGE);

        assertThat(in.receivedDescriptors()).isEqualTo(SCM_MAX_FD);
        assertThat(in.descriptorsTruncated()).isFalse();
        for (int index = 0; index < SCM_MAX_FD; index++) {
            try (Fd arrived = in.releaseDescriptor(index)) {
                assertThat(OpenDescriptors.identity(arrived))
                        .isEqualTo(OpenDescriptors.identity(
                                sockets.get(index % sockets.size()).fd()));
            }
        }
    }

    @Test
    void whatArrivesIsClosedOnExec() throws Exception {
        pair.left().send(carrying(1), 1, 1);
        DescriptorMessage in = new DescriptorMessage(1, 64);
        pair.right().receive(in);
        try (Fd arrived = in.releaseDescriptor(0)) {
            String info = Files.readString(Path.of("/proc/self/fdinfo", Integer.toString(arrived.number())));
            assertThat(info).containsPattern("flags:\\s+02\\d{6}");
        }
    }

    @Test
    void oneDescriptorTooManyIsAnErrorAndNothingIsSent() throws Exception {
        assertThatExceptionOfType(UnixException.class)
                .isThrownBy(() -> pair.left().send(carrying(SCM_MAX_FD + 1), 1, SCM_MAX_FD + 1))
                .withMessageContaining("EINVAL");
        assertThat(pair.right().receive(new DescriptorMessage(1, 64))).isEqualTo(Received.NOTHING);
    }

    @Test
    void descriptorsBeyondTheRoomAreLostAndItSaysSo() throws Exception {
        pair.left().send(carrying(8), 1, 8);
        DescriptorMessage in = new DescriptorMessage(4, 64);

        assertThat(pair.right().receive(in)).isEqualTo(Received.MESSAGE);

        assertThat(in.descriptorsTruncated()).isTrue();
        assertThat(in.receivedDescriptors()).isEqualTo(4);
        in.closeUnreleased();
    }

    @Test
    void bytesBeyondTheRoomAreLostAndItSaysSo() throws Exception {
        pair.left().send(new DescriptorMessage(1, 64), 64, 0);
        DescriptorMessage in = new DescriptorMessage(1, 16);

        assertThat(pair.right().receive(in)).isEqualTo(Received.MESSAGE);

        assertThat(in.payloadTruncated()).isTrue();
        assertThat(in.receivedLength()).isEqualTo(16);
    }

    @Test
    void messagesStayWholeAndKeepTheirOwnDescriptors() throws Exception {
        DescriptorMessage out = carrying(3);
        int[][] messages = {{10, 3}, {5, 0}, {64, 1}, {1, 2}};
        for (int[] message : messages) {
            out.putInt(0, message[0]);
            pair.left().send(out, Math.max(4, message[0]), message[1]);
        }
        DescriptorMessage in = new DescriptorMessage(16, 64);
        for (int[] message : messages) {
            assertThat(pair.right().receive(in)).isEqualTo(Received.MESSAGE);
            assertThat(in.receivedLength()).isEqualTo(Math.max(4, message[0]));
            assertThat(in.getInt(0)).isEqualTo(message[0]);
            assertThat(in.receivedDescriptors()).isEqualTo(message[1]);
            in.closeUnreleased();
        }
        assertThat(pair.right().receive(in)).isEqualTo(Received.NOTHING);
    }

    @Test
    void aFullSocketTakesNothingUntilItIsRead() throws Exception {
        DescriptorMessage out = carrying(1);
        int sent = 0;
        while (pair.left().send(out, 1, 1)) {
            sent++;
        }
        assertThat(sent).isGreaterThanOrEqualTo(SCM_MAX_FD);
        DescriptorMessage in = new DescriptorMessage(1, 64);
        for (int count = 0; count < sent; count++) {
            assertThat(pair.right().receive(in)).isEqualTo(Received.MESSAGE);
            in.closeUnreleased();
        }
        assertThat(pair.left().send(out, 1, 1)).isTrue();
    }

    @Test
    void whatAPeerSaidBeforeItDiedIsReadPastTheReset() throws Exception {
        DescriptorMessage out = new DescriptorMessage(1, 64);
        pair.left().send(out, 7, 0);
        pair.left().send(out, 8, 0);
        pair.right().send(out, 9, 0);
        pair.left().close();

        DescriptorMessage in = new DescriptorMessage(1, 64);
        assertThat(pair.right().receive(in)).isEqualTo(Received.MESSAGE);
        assertThat(in.receivedLength()).isEqualTo(7);
        assertThat(pair.right().receive(in)).isEqualTo(Received.MESSAGE);
        assertThat(in.receivedLength()).isEqualTo(8);
        assertThat(pair.right().receive(in)).isEqualTo(Received.END);
        assertThatExceptionOfType(UnixException.class)
                .isThrownBy(() -> pair.right().send(out, 1, 0))
                .withMessageContaining("EPIPE");
    }

    @Test
    void theKernelTellsWhoIsThere() throws Exception {
        PeerCredentials peer = pair.right().peer();
        assertThat(peer.pid()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(peer.isOurs()).isTrue();
        assertThat(new PeerCredentials(1, peer.uid() + 1, 0).isOurs()).isFalse();
    }

    @Test
    void aNameIsRefusedThatIsTooLongAndAPathThatIsNotThere(@TempDir Path directory) {
        Path tooLong = directory.resolve("x".repeat(SocketPath.MOST_BYTES));
        assertThatExceptionOfType(UnixException.class)
                .isThrownBy(() -> SeqPacketSocket.listen(tooLong, 1))
                .withMessageContaining("has 107 bytes, too many for a Unix socket")
                .withMessageContaining("ENAMETOOLONG");
        Path nowhere = directory.resolve("d".repeat(120)).resolve("missing");
        for (Path missing : List.of(directory.resolve("missing"), nowhere)) {
            assertThatExceptionOfType(UnixException.class)
                    .isThrownBy(() -> SeqPacketSocket.connect(missing))
                    .withMessageContaining("ENOENT");
        }
        assertThat(directory).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 60, 132, 250})
    void aSocketIsReachedHoweverLongTheNameOfItsDirectoryIs(int length, @TempDir Path parent) throws Exception {
        Path directory = Files.createDirectory(parent.resolve("ü".repeat(length / 2) + "x".repeat(length % 2)));
        Path path = directory.resolve("rendezvous");
        try (SeqPacketSocket listener = SeqPacketSocket.listen(path, 1);
                SeqPacketSocket client = SeqPacketSocket.connect(path)) {
            assertThat(listener.accept()).hasValueSatisfying(SeqPacketSocket::close);
            assertThat(client.fd().number()).isPositive();
        }
        assertThat(path).exists();
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            assertThat(open).noneMatch(each -> leadsTo(directory, each));
        }
    }

    private static boolean leadsTo(Path directory, Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).equals(directory);
        } catch (IOException e) {
            return false; // the one by which the list is read is closed by now
        }
    }

    @Test
    void aProcessWithoutRoomLosesTheLastDescriptorsOnlyAndCanGoOn() throws Exception {
        try (ChildJvm child = ChildJvm.start(List.of("prlimit", "--nofile=100:100"), Map.of(), Crowded.class)) {
            assertThat(child.output()).isEqualTo("truncated 3 of 8, then 8 of 8");
        }
    }

    /** Uses up its descriptors but three, receives eight, makes room, receives eight more. */
    static final class Crowded {
        private Crowded() {}

        public static void main(String[] arguments) throws Exception {
            try (SeqPacketPair pair = SeqPacketPair.open()) {
                DescriptorMessage out = new DescriptorMessage(8, 64);
                DescriptorMessage in = new DescriptorMessage(8, 64);
                for (int index = 0; index < 8; index++) {
                    out.putDescriptor(index, pair.left().fd());
                }
                // Once before: classes come from files, for which there will be no room.
                pair.left().send(out, 1, 8);
                pair.right().receive(in);
                in.closeUnreleased();
                pair.left().send(out, 1, 8);
                pair.left().send(out, 1, 8);
                List<Fd> crowd = new ArrayList<>();
                int number = Native.LIBC.eventfd(0, 0);
                while (number >= 0) {
                    crowd.add(new Fd(number));
                    number = Native.LIBC.eventfd(0, 0);
                }
                crowd.subList(0, 3).forEach(Fd::close);
                pair.right().receive(in);
                String first = (in.descriptorsTruncated() ? "truncated " : "") + in.receivedDescriptors();
                in.closeUnreleased();
                crowd.forEach(Fd::close);
                pair.right().receive(in);
                System.out.println(first + " of 8, then " + in.receivedDescriptors() + " of 8");
            }
        }
    }

    @Test
    void whatTheLimitOfDescriptorsUnderWayHoldsBackIsSentWhenThereIsRoom() throws Exception {
        try (ChildJvm child = ChildJvm.start(limitedTo(100), Map.of(), SendsTooMany.class)) {
            assertThat(child.output().lines().toList())
                    .hasSize(3)
                    .satisfies(said -> assertThat(said).contains("cannot send 8", "(ETOOMANYREFS)"), atIndex(0))
                    .endsWith("all of them have arrived", "and there is room again");
        }
    }

    /** Who may exceed every limit may exceed this one, too. */
    private static List<String> limitedTo(int files) {
        List<String> limited = List.of("prlimit", "--nofile=" + files + ":" + files);
        List<String> ordinary = List.of("setpriv", "--bounding-set", "-sys_admin,-sys_resource");
        return System.getProperty("user.name").equals("root")
                ? Stream.concat(ordinary.stream(), limited.stream()).toList()
                : limited;
    }

    /** Sends descriptors that are not received, until it may not; then they are received. */
    static final class SendsTooMany {
        private SendsTooMany() {}

        public static void main(String[] arguments) throws Exception {
            System.setErr(System.out);
            try (SeqPacketPair pair = SeqPacketPair.open()) {
                DescriptorMessage out = new DescriptorMessage(8, 64);
                DescriptorMessage in = new DescriptorMessage(8, 64);
                for (int index = 0; index < 8; index++) {
                    out.putDescriptor(index, pair.left().fd());
                }
                int sent = 0;
                while (pair.left().send(out, 1, 8)) {
                    sent++;
                }
                int received = 0;
                while (pair.right().receive(in) == Received.MESSAGE) {
                    received += in.receivedDescriptors() == 8 ? 1 : 0;
                    in.closeUnreleased();
                }
                System.out.println(received == sent ? "all of them have arrived" : received + " of " + sent);
                System.out.println(pair.left().send(out, 1, 8) ? "and there is room again" : "and there is no room");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ENOBUFS", "ENOMEM"})
    void whatTheKernelHasNoMemoryForIsSentWhenItHas(String shortage) throws Exception {
        try (ChildJvm child = ChildJvm.start(ChildJvm.firstFailing("sendmsg", shortage), Map.of(), SendsTwice.class)) {
            assertThat(child.output().lines().toList())
                    .hasSize(2)
                    .satisfies(said -> assertThat(said).contains("cannot send 1", "(" + shortage + ")"), atIndex(0))
                    .endsWith("sent false, sent true, 1 has arrived");
        }
    }

    /** Sends one descriptor, and again. */
    static final class SendsTwice {
        private SendsTwice() {}

        public static void main(String[] arguments) throws Exception {
            System.setErr(System.out);
            try (SeqPacketPair pair = SeqPacketPair.open()) {
                DescriptorMessage message = new DescriptorMessage(1, 64);
                message.putDescriptor(0, pair.left().fd());
                String first = "sent " + pair.left().send(message, 1, 1);
                String second = "sent " + pair.left().send(message, 1, 1);
                pair.right().receive(message);
                System.out.println(first + ", " + second + ", " + message.receivedDescriptors() + " has arrived");
            }
        }
    }
}
