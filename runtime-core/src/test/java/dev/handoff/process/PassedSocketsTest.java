package dev.handoff.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.handoff.unix.OpenDescriptors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sockets that go from process to process: many at once, of all kinds, and past the end of who sent them. */
@Timeout(90)
class PassedSocketsTest extends ForkingTest {
    private static final int CHILDREN = 4;
    private static final int EACH = 20;
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final BlockingQueue<Handle> handles = new LinkedBlockingQueue<>();

    private Handle nextHandle() throws InterruptedException {
        return Objects.requireNonNull(handles.poll(SOON.toSeconds(), TimeUnit.SECONDS), "no handle came");
    }

    @Test
    @NodeTest("test-child-process-pass-fd.js")
    void eightySocketsSentInABurstWorkAfterTheirSendersAreGone() throws Exception {
        int before = OpenDescriptors.count();
        try (ServerSocket server = new ServerSocket(0, CHILDREN * EACH, LOOPBACK)) {
            String port = Integer.toString(server.getLocalPort());
            List<ChildProcess> children = IntStream.range(0, CHILDREN)
                    .mapToObj(number -> fork(SendsManyAndExits.class, port))
                    .toList();
            for (ChildProcess child : children) {
                assertThat(exit(child)).isEqualTo(new ExitStatus.Exited(0));
                child.onMessage(message -> handles.add(message.handle().orElseThrow()));
            }
            for (int number = 0; number < CHILDREN * EACH; number++) {
                try (ByteChannel channel = nextHandle().open()) {
                    channel.write(ByteBuffer.wrap(new byte[] {(byte) number}));
                }
            }
            Set<Integer> arrived = new HashSet<>();
            for (int number = 0; number < CHILDREN * EACH; number++) {
                try (Socket peer = server.accept()) {
                    arrived.add(peer.getInputStream().read());
                    assertThat(peer.getInputStream().read()).isEqualTo(-1);
                }
            }
            assertThat(arrived).hasSize(CHILDREN * EACH).doesNotContain(-1);
        }
        await().until(() -> OpenDescriptors.count() <= before);
    }

    static final class SendsManyAndExits {
        private SendsManyAndExits() {}

        public static void main(String[] arguments) throws IOException {
            InetSocketAddress server = new InetSocketAddress(LOOPBACK, Integer.parseInt(arguments[0]));
            List<CompletableFuture<Void>> sends = new ArrayList<>();
            for (int number = 0; number < EACH; number++) {
                sends.add(CurrentProcess.send(number, Handle.connect(server)));
            }
            CompletableFuture.allOf(sends.toArray(CompletableFuture[]::new))
                    .whenComplete((nothing, failure) -> CurrentProcess.exit(failure == null ? 0 : 1));
        }
    }

    @Test
    @NodeTest("test-child-process-fork-dgram.js")
    void aDatagramSocketThatWasSentIsReadByBoth() throws Exception {
        try (Handle socket = Handle.bind(new InetSocketAddress(LOOPBACK, 0));
                DatagramChannel client = DatagramChannel.open()) {
            client.connect(new InetSocketAddress(LOOPBACK, socket.port()));
            ChildProcess child = fork(ReadsOnce.class);
            child.onMessage(messages::add);
            child.send("read", socket.duplicate()).join();
            client.write(ByteBuffer.wrap("one".getBytes(UTF_8)));
            assertThat(next().as(String.class)).isEqualTo("DATAGRAM one");
            client.write(ByteBuffer.wrap("two".getBytes(UTF_8)));
            assertThat(readOnce(socket.duplicate())).isEqualTo("two");
            assertThatThrownBy(() -> Handle.bind(new InetSocketAddress(LOOPBACK, socket.port())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll("datagrams", Integer.toString(socket.port()), "EADDRINUSE");
        }
    }

    private static String readOnce(Handle socket) {
        try (ByteChannel channel = socket.open()) {
            ByteBuffer datagram = ByteBuffer.allocate(100);
            channel.read(datagram);
            return UTF_8.decode(datagram.flip()).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static final class ReadsOnce {
        private ReadsOnce() {}

        public static void main(String[] arguments) {
            CurrentProcess.onMessage(message -> {
                Handle socket = message.handle().orElseThrow();
                CurrentProcess.send(socket.kind() + " " + readOnce(socket));
            });
        }
    }

    @Test
    void aSocketComesWithAnAnswerThatIsReadAsAMessageAndIsElseClosed() throws Exception {
        int before = OpenDescriptors.count();
        try (ServerSocket server = new ServerSocket(0, EACH, LOOPBACK)) {
            ChildProcess child = fork(AnswersWithSockets.class);
            Message whole =
                    child.request(server.getLocalPort(), Message.class, SOON).join();
            assertThat(whole.as(String.class)).isEqualTo("there");
            try (Socket peer = server.accept();
                    ByteChannel channel = whole.handle().orElseThrow().open()) {
                channel.write(ByteBuffer.wrap("hello".getBytes(UTF_8)));
                assertThat(peer.getInputStream().readNBytes(5)).isEqualTo("hello".getBytes(UTF_8));
            }
            assertThat(child.request(server.getLocalPort(), String.class, SOON).join())
                    .isEqualTo("there");
            try (Socket peer = server.accept()) {
                assertThat(peer.getInputStream().read()).isEqualTo(-1);
            }
            child.kill(Signal.KILL);
            exit(child);
        }
        await().until(() -> OpenDescriptors.count() <= before);
    }

    static final class AnswersWithSockets {
        private AnswersWithSockets() {}

        public static void main(String[] arguments) {
            CurrentProcess.onMessage(message -> {
                try {
                    int port = message.as(Integer.class);
                    message.answer("there", Handle.connect(new InetSocketAddress(LOOPBACK, port)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    @Test
    @NodeTest("test-child-process-fork-getconnections.js")
    void connectionsThatWereSentOutliveTheirListenerAndAreTheReceiversToClose() throws Exception {
        ChildProcess child = fork(Keeps.class);
        List<Socket> clients = new ArrayList<>();
        int port;
        try (Handle listener = Handle.listen(new InetSocketAddress(LOOPBACK, 0))) {
            port = listener.port();
            for (int count = 1; count <= 3; count++) {
                clients.add(new Socket(LOOPBACK, port));
                child.send("keep", listener.accept()).join();
                assertThat(child.request("count", Integer.class, SOON).join()).isEqualTo(count);
            }
        }
        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> new Socket(LOOPBACK, port));
        assertThat(child.request("greet", Integer.class, SOON).join()).isEqualTo(3);
        assertThat(child.request("close", Integer.class, SOON).join()).isZero();
        for (Socket client : clients) {
            assertThat(client.getInputStream().readAllBytes()).isEqualTo("hello".getBytes(UTF_8));
            client.close();
        }
    }

    /** Keeps each connection that comes, and does with all of them what it is asked to. */
    static final class Keeps {
        private static final List<ByteChannel> KEPT = new ArrayList<>();

        private Keeps() {}

        public static void main(String[] arguments) {
            CurrentProcess.onMessage(message -> {
                message.handle().ifPresent(handle -> KEPT.add(handle.open()));
                switch (message.as(String.class)) {
                    case "greet" -> KEPT.forEach(Keeps::greet);
                    case "close" -> closeAll();
                    default -> {}
                }
                if (message.isRequest()) {
                    message.answer(KEPT.size());
                }
            });
        }

        private static void greet(ByteChannel channel) {
            try {
                channel.write(ByteBuffer.wrap("hello".getBytes(UTF_8)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void closeAll() {
            try {
                for (ByteChannel channel : KEPT) {
                    channel.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            KEPT.clear();
        }
    }

    @Test
    @NodeTest("test-child-process-fork-closed-channel-segfault.js")
    void socketsUnderWayToAProcessThatDiesAreClosedAndTheirSendsEnd() throws Exception {
        int before = OpenDescriptors.count();
        try (ServerSocket server = new ServerSocket(0, EACH, LOOPBACK)) {
            ChildProcess child = fork(DiesAtOnce.class);
            List<CompletableFuture<Void>> sends = new ArrayList<>();
            List<Socket> peers = new ArrayList<>();
            for (int number = 0; number < EACH; number++) {
                Handle handle = Handle.connect((InetSocketAddress) server.getLocalSocketAddress());
                peers.add(server.accept());
                CompletableFuture<Void> send = child.send(new byte[100_000], handle);
                // A refusal leaves it with its owner.
                send.whenComplete((nothing, failure) -> handle.close());
                sends.add(send);
            }
            assertThat(exit(child)).isEqualTo(new ExitStatus.Signaled(Signal.KILL));
            for (CompletableFuture<Void> send : sends) {
                assertThat(endOf(send))
                        .satisfiesAnyOf(
                                end -> assertThat(end).isNull(),
                                end -> assertThat(end).isInstanceOf(MessageException.class));
            }
            for (Socket peer : peers) {
                assertThat(peer.getInputStream().read()).isEqualTo(-1);
                peer.close();
            }
        }
        await().until(() -> OpenDescriptors.count() <= before);
    }

    private static @Nullable Throwable endOf(CompletableFuture<Void> send) {
        try {
            send.join();
            return null;
        } catch (CompletionException e) {
            return e.getCause();
        }
    }

    static final class DiesAtOnce {
        private DiesAtOnce() {}

        public static void main(String[] arguments) {
            CurrentProcess.onMessage(message -> CurrentProcess.kill(CurrentProcess.pid(), Signal.KILL));
        }
    }
}
