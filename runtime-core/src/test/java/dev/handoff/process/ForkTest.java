package dev.handoff.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.handoff.unix.OpenDescriptors;
import dev.handoff.unix.SeqPacketSocket;
import dev.handoff.wire.ChannelHandshake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Parents and forked children, JVMs all of them. */
@Timeout(90)
class ForkTest extends ForkingTest {
    record Greeting(String text, int number) {}

    @Test
    @NodeTest("test-child-process-fork.js")
    void messagesGoBothWaysAsJsonOrAsBytes() throws Exception {
        ChildProcess child = echo();
        child.send(new Greeting("hello", 7)).join();
        child.send(new byte[] {1, 2, 3}).join();
        child.send(List.of(1, 2)).join();
        child.send("text").join();
        assertThat(next().bytes()).isEqualTo("{\"text\":\"hello\",\"number\":7}".getBytes(UTF_8));
        assertThat(next().as(byte[].class)).containsExactly(1, 2, 3);
        assertThat(next().bytes()).isEqualTo("[1,2]".getBytes(UTF_8));
        assertThat(next().bytes()).isEqualTo("\"text\"".getBytes(UTF_8));
        assertThat(child.isConnected()).isTrue();
    }

    @Test
    @NodeTest("test-child-process-fork-args.js")
    @NodeTest("test-child-process-fork-exec-argv.js")
    void aForkedMainGetsArgumentsFlagsAndWhatItReads() throws Exception {
        ChildProcess child = fork(Tells.class, "a b", "");
        child.onMessage(messages::add);
        assertThat(next().as(String[].class)).containsExactly("a b", "", "-Xmx64m");
        assertThat(next().as(Greeting.class)).isEqualTo(new Greeting("object", 1));
        assertThatThrownBy(() -> next().as(Greeting.class))
                .isInstanceOf(MessageException.class)
                .hasMessageContainingAll("as dev.handoff.process.ForkTest$Greeting", "at byte");
        assertThat(exit(child)).isEqualTo(new ExitStatus.Exited(0));
    }

    static final class Tells {
        private Tells() {}

        public static void main(String[] arguments) {
            List<String> all = new ArrayList<>(List.of(arguments));
            CurrentProcess.execArgv().stream()
                    .filter("-Xmx64m"::equals)
                    .findFirst()
                    .ifPresent(all::add);
            CurrentProcess.send(all);
            CurrentProcess.send(Map.of("text", "object", "number", 1, "unknown", true));
            CurrentProcess.send("no object");
        }
    }

    @Test
    @NodeTest("test-child-process-fork-close.js")
    void messageExitAndCloseComeInThisOrder() {
        CurrentProcess.nextTick(() -> {
            ChildProcess child = fork(Tells.class);
            child.onMessage(message -> events.add("message"));
            child.onDisconnect(() -> events.add("disconnect"));
            child.onClose(status -> events.add("close " + status));
        });
        await().until(() -> events.contains("close exit code 0"));
        assertThat(events).containsExactly("message", "message", "message", "disconnect", "close exit code 0");
    }

    @Test
    void aParentThatEndsBeforeItsChildHasComeLeavesNoDoor(@TempDir Path directory) throws IOException {
        Output parent = ChildProcess.spawnSync(SpawnOptions.ofMain(Hasty.class, directory.toString())
                .jvmArgs("-Djava.io.tmpdir=" + directory)
                .stderr(Stdio.inherit()));
        assertThat(parent.stdout()).isEqualTo("1 sockets\n");
        assertThat(Hasty.sockets(directory)).isZero();
    }

    /** Forks something that never takes its channel up, and ends. */
    static final class Hasty {
        private Hasty() {}

        public static void main(String[] arguments) throws IOException {
            // It ends when this process is gone.
            ChildProcess.fork(SpawnOptions.of("cat").stdio(Stdio.pipe()));
            System.out.println(sockets(Path.of(arguments[0])) + " sockets");
            CurrentProcess.exit(0);
        }

        private static long sockets(Path directory) throws IOException {
            try (Stream<Path> files = Files.list(directory)) {
                return files.filter(file -> file.getFileName().toString().startsWith("handoff-"))
                        .count();
            }
        }
    }

    @Test
    void earlyMessagesAreKeptForTheFirstListener() throws Exception {
        ChildProcess child = fork(Tells.class);
        assertThat(exit(child)).isEqualTo(new ExitStatus.Exited(0));
        child.onMessage(messages::add);
        assertThat(next().as(String[].class)).containsExactly("-Xmx64m");
        assertThat(next().as(Greeting.class).text()).isEqualTo("object");
    }

    @Test
    void whoIsDisconnectedBeforeItHasComeIsToldSo() {
        ChildProcess child = fork(ToldOfTheEnd.class);
        child.disconnect();
        assertThat(exit(child)).isEqualTo(new ExitStatus.Exited(7));
    }

    /** For a moment the socket's file is still there. */
    @Test
    void aChildWhoseParentHasClosedTheSocketIsToldSoToo(@TempDir Path directory) throws IOException {
        Path socket = directory.resolve("channel");
        ChannelHandshake handshake = ChannelHandshake.at(socket);
        handshake.close();
        SeqPacketSocket.listen(socket, 1).close();
        Output child = ChildProcess.spawnSync(small(ToldOfTheEnd.class)
                .jvmArgs("-Xmx64m", handshake.writeRole().jvmFlag())
                .stderr(Stdio.inherit()));
        assertThat(child.status()).isEqualTo(new ExitStatus.Exited(7));
    }

    @Test
    void aChildThatListensAndWhoseMainThrowsEndsWithOne() {
        assertThat(exit(fork(small(ListensAndThrows.class).stderr(Stdio.ignore()))))
                .isEqualTo(new ExitStatus.Exited(1));
    }

    static final class ListensAndThrows {
        private ListensAndThrows() {}

        public static void main(String[] arguments) {
            CurrentProcess.onMessage(message -> {});
            if (CurrentProcess.isConnected()) {
                throw new IllegalStateException("on purpose");
            }
        }
    }

    static final class ToldOfTheEnd {
        private ToldOfTheEnd() {}

        public static void main(String[] arguments) {
            CurrentProcess.onDisconnect(() -> CurrentProcess.exit(CurrentProcess.isConnected() ? 98 : 7));
        }
    }

    @Test
    @NodeTest("test-child-process-fork-ref.js")
    @NodeTest("test-child-process-disconnect.js")
    void aChildLivesWhileItListensAndEndsAfterADisconnect() throws Exception {
        ChildProcess child = echo();
        child.onDisconnect(() -> events.add("disconnect"));
        child.send("still there").join();
        next();
        assertThat(child.exitStatus()).isEmpty();
        child.disconnect();
        child.disconnect();
        assertThat(child.isConnected()).isFalse();
        assertThat(exit(child)).isEqualTo(new ExitStatus.Exited(0));
        await().until(() -> events.contains("disconnect"));
        assertThat(events).containsOnlyOnce("disconnect");
    }

    @Test
    @NodeTest("test-child-process-send-after-close.js")
    void nothingIsSentOnAClosedChannelOrWithoutOne() {
        ChildProcess child = echo();
        child.disconnect();
        assertThatThrownBy(() -> child.send("late").join())
                .hasCauseInstanceOf(MessageException.class)
                .hasMessageContainingAll("6 bytes", "the channel is closed");
        ChildProcess mute = ChildProcess.spawn("true");
        assertThat(mute.isConnected()).isFalse();
        assertThatThrownBy(() -> mute.send("x").join()).hasMessageContainingAll("true", "has no channel", "fork");
        assertThatIllegalStateException().isThrownBy(() -> mute.onMessage(message -> {}));
        assertThatIllegalStateException()
                .isThrownBy(() -> CurrentProcess.send("x"))
                .withMessageContaining("fork");
        assertThat(CurrentProcess.isConnected()).isFalse();
    }

    /** The longest that can be said. */
    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    @Test
    void aLimitMayBeAsLongAsItCanBeSaid() {
        ChildProcess child = echo();
        assertThat(child.request(new byte[] {1}, byte[].class, FOR_EVER).join()).containsExactly(1);
        assertThat(ChildProcess.execFileSync(SpawnOptions.of("echo", "x").timeout(FOR_EVER))
                        .stdout())
                .isEqualTo("x\n");
    }

    static final class Self {
        public Self itself() {
            return this;
        }
    }

    @Test
    @NodeTest("test-child-process-send-type-error.js")
    void whatCannotBeSerialisedOrIsTooLargeIsRefusedAndNothingIsLost() throws Exception {
        ChildProcess child = echo();
        assertThatThrownBy(() -> child.send(new Self()).join())
                .hasCauseInstanceOf(MessageException.class)
                .hasMessageContainingAll(Self.class.getName(), "JSON");
        assertThatThrownBy(() -> child.send(new byte[Peer.MOST_BYTES + 1]).join())
                .hasMessageContaining("the limit is " + Peer.MOST_BYTES);
        child.send("after").join();
        assertThat(next().as(byte[].class)).isEqualTo("\"after\"".getBytes(UTF_8));
    }

    @Test
    @NodeTest("test-child-process-send-returns-boolean.js")
    void aSenderIsToldWhenItRunsAheadAndRefusedBeyondTheLimit() throws Exception {
        ChildProcess child = fork(Sleeper.class);
        assertThat(child.isWritable()).isTrue();
        byte[] large = new byte[4 << 20];
        List<CompletableFuture<Void>> sends =
                IntStream.range(0, 4).mapToObj(i -> child.send(large)).toList();
        assertThat(child.isWritable()).isFalse();
        assertThatThrownBy(() -> child.send(large).join())
                .hasCauseInstanceOf(MessageException.class)
                .hasMessageContainingAll("wait already", "isWritable");
        child.close();
        for (CompletableFuture<Void> send : sends) {
            assertThatThrownBy(() -> send.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("was not sent");
        }
    }

    static final class Sleeper {
        private Sleeper() {}

        public static void main(String[] arguments) throws InterruptedException {
            Thread.sleep(60_000);
        }
    }

    @Test
    @NodeTest("test-child-process-advanced-serialization-largebuffer.js")
    void largeMessagesArriveWholeAndInOrder() throws Exception {
        ChildProcess child = echo();
        for (byte number = 0; number < 4; number++) {
            byte[] large = new byte[8_000_000];
            java.util.Arrays.fill(large, number);
            child.send(large).join();
        }
        for (byte number = 0; number < 4; number++) {
            byte[] large = next().bytes();
            assertThat(large).hasSize(8_000_000).startsWith(number).endsWith(number);
        }
    }

    @Test
    @NodeTest("test-child-process-send-utf8.js")
    void longTextOfManyBytesACharacterSurvives() throws Exception {
        String text = "aßあ🦆".repeat(60_000);
        ChildProcess child = fork(EchoText.class);
        child.onMessage(messages::add);
        child.send(text).join();
        assertThat(next().as(String.class)).isEqualTo(text);
    }

    static final class EchoText {
        private EchoText() {}

        public static void main(String[] arguments) {
            CurrentProcess.onMessage(message -> CurrentProcess.send(message.as(String.class)));
        }
    }

    @Test
    @NodeTest("test-child-process-ipc-next-tick.js")
    void aListenerThatThrowsStopsNoMessage() {
        ChildProcess child = fork(Tells.class);
        child.onMessage(message -> {
            events.add("message");
            throw new IllegalStateException("on purpose");
        });
        await().dontCatchUncaughtExceptions().until(() -> events.size() == 3);
    }

    @Test
    void aThousandMessagesKeepTheirOrder() throws Exception {
        ChildProcess child = echo();
        for (int number = 0; number < 1000; number++) {
            child.send(number);
        }
        for (int number = 0; number < 1000; number++) {
            assertThat(new String(next().bytes(), UTF_8)).isEqualTo(Integer.toString(number));
        }
    }

    @Test
    void aRequestGetsItsOwnAnswer() throws Exception {
        ChildProcess child = fork(Answers.class);
        List<CompletableFuture<Integer>> answers = IntStream.range(0, 50)
                .mapToObj(number -> child.request(number, Integer.class, SOON))
                .toList();
        for (int number = 0; number < 50; number++) {
            assertThat(answers.get(number).get()).isEqualTo(number * 10);
        }
    }

    @Test
    void anAnswerThatComesLateIsDroppedAndConfusesNoOther() throws Exception {
        ChildProcess child = fork(Answers.class);
        assertThat(child.request(1, Integer.class, SOON).get()).isEqualTo(10);
        assertThatThrownBy(() ->
                        child.request(-1, Integer.class, Duration.ofMillis(50)).get())
                .hasCauseInstanceOf(TimeoutException.class)
                .hasMessageContainingAll("pid " + child.pid(), "PT0.05S");
        assertThat(child.request(2, Integer.class, SOON).get()).isEqualTo(20);
        assertThat(child.request(3, Integer.class, SOON).get()).isEqualTo(30);
        CompletableFuture<Integer> lost = child.request(-1000, Integer.class, SOON);
        child.close();
        assertThatThrownBy(lost::get).hasCauseInstanceOf(MessageException.class).hasMessageContaining("ended");
    }

    /** Answers tenfold; to a negative number not before another one has come. */
    static final class Answers {
        private static final List<Message> LATE = new ArrayList<>();

        private Answers() {}

        public static void main(String[] arguments) {
            CurrentProcess.onMessage(message -> {
                if (message.as(Integer.class) < 0) {
                    LATE.add(message);
                } else {
                    LATE.forEach(Answers::answer);
                    LATE.clear();
                    answer(message);
                }
            });
        }

        private static void answer(Message request) {
            request.answer(request.as(Integer.class) * 10);
        }
    }

    // --- sockets ----------------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-child-process-fork-net.js")
    @NodeTest("test-child-process-fork-net-socket.js")
    void aConnectionThatWasSentIsReadAndWrittenByItsReceiver() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Handle handle = Handle.connect((InetSocketAddress) server.getLocalSocketAddress());
            assertThat(handle.kind()).isEqualTo(Handle.Kind.CONNECTION);
            ChildProcess child = fork(Writes.class);
            child.send("hello from the child", handle).join();
            assertThatIllegalStateException().isThrownBy(handle::open);
            try (Socket peer = server.accept()) {
                assertThat(new String(peer.getInputStream().readAllBytes(), UTF_8))
                        .isEqualTo("hello from the child");
            }
        }
    }

    /** Writes each message into the connection that came with it, and closes that. */
    static final class Writes {
        private Writes() {}

        public static void main(String[] arguments) {
            CurrentProcess.onMessage(message -> {
                try (ByteChannel channel = message.handle().orElseThrow().open()) {
                    channel.write(ByteBuffer.wrap(message.as(String.class).getBytes(UTF_8)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    @Test
    @NodeTest("test-child-process-send-keep-open.js")
    void aDuplicateKeepsTheConnectionForItsSender() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Handle handle = Handle.connect((InetSocketAddress) server.getLocalSocketAddress());
            ChildProcess child = fork(Writes.class);
            child.send("child", handle.duplicate()).join();
            try (Socket peer = server.accept()) {
                assertThat(peer.getInputStream().readNBytes(5)).isEqualTo("child".getBytes(UTF_8));
                try (ByteChannel own = handle.open()) {
                    own.write(ByteBuffer.wrap("parent".getBytes(UTF_8)));
                }
                assertThat(peer.getInputStream().readAllBytes()).isEqualTo("parent".getBytes(UTF_8));
            }
        }
    }

    @Test
    @NodeTest("test-child-process-fork-net-server.js")
    void aListenerThatWasSentIsAcceptedFromByBoth() throws Exception {
        try (Handle listener = Handle.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            assertThat(listener.kind()).isEqualTo(Handle.Kind.LISTENER);
            ChildProcess child = fork(Accepts.class);
            child.onMessage(messages::add);
            child.send("accept", listener.duplicate()).join();
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
                assertThat(client.getInputStream().readAllBytes()).isEqualTo("child".getBytes(UTF_8));
            }
            assertThat(next().bytes()).isEqualTo("\"done\"".getBytes(UTF_8));
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), listener.port());
                    ByteChannel accepted = listener.accept().open()) {
                accepted.write(ByteBuffer.wrap("parent".getBytes(UTF_8)));
                assertThat(client.getInputStream().readNBytes(6)).isEqualTo("parent".getBytes(UTF_8));
            }
        }
    }

    @Test
    void whatAcceptsIsToldThatItsListenerWasClosed() throws Exception {
        Handle listener = Handle.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread accepting = new Thread(() -> failure.complete(catchThrowable(listener::accept)));
        accepting.start();
        await().until(() -> Stream.of(accepting.getStackTrace())
                .anyMatch(frame -> frame.getClassName().endsWith(".Poller")));
        listener.close();
        assertThat(failure.get(20, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
        accepting.join();
    }

    /** Accepts one connection of each listener that comes, and says who it is. */
    static final class Accepts {
        private Accepts() {}

        public static void main(String[] arguments) {
            CurrentProcess.onMessage(message -> {
                try (Handle listener = message.handle().orElseThrow();
                        ByteChannel accepted = listener.accept().open()) {
                    accepted.write(ByteBuffer.wrap("child".getBytes(UTF_8)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                CurrentProcess.send("done");
            });
        }
    }

    @Test
    @NodeTest("test-cluster-send-handle-twice.js")
    void aHandleIsSentOnceAndARefusedSendLeavesItWithItsOwner() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Handle handle = Handle.connect((InetSocketAddress) server.getLocalSocketAddress());
            ChildProcess child = echo();
            child.onMessage(message -> message.handle().ifPresent(back -> {
                events.add(back.kind().name());
                back.close();
            }));
            assertThatThrownBy(() -> child.send(new Self(), handle).join()).hasMessageContaining("JSON");
            child.send("first", handle).join();
            assertThatIllegalStateException().isThrownBy(() -> child.send("second", handle));
            await().until(() -> events.contains("CONNECTION"));
            ChildProcess closed = echo();
            closed.disconnect();
            Handle other = Handle.connect((InetSocketAddress) server.getLocalSocketAddress());
            assertThatThrownBy(() -> closed.send("x", other).join()).hasMessageContaining("closed");
            assertThat(other.kind()).isEqualTo(Handle.Kind.CONNECTION);
            other.open().close();
        }
    }

    @Test
    @NodeTest("test-child-process-send-handle-large-payload.js")
    void largeMessagesAndTheirSocketsArriveTogetherBothWaysAtOnce() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            ChildProcess child = echo();
            child.send("up").join();
            next();
            int before = OpenDescriptors.count();
            List<CompletableFuture<Void>> sends = new ArrayList<>();
            for (byte number = 0; number < 12; number++) {
                byte[] large = new byte[800_000];
                java.util.Arrays.fill(large, number);
                sends.add(child.send(large, Handle.connect((InetSocketAddress) server.getLocalSocketAddress())));
            }
            for (byte number = 0; number < 12; number++) {
                Message message = next();
                assertThat(message.bytes()).hasSize(800_000).startsWith(number).endsWith(number);
            }
            CompletableFuture.allOf(sends.toArray(CompletableFuture[]::new)).join();
            // Sockets that no listener asked for are closed.
            await().until(() -> OpenDescriptors.count() <= before);
        }
    }

    @Test
    void aForkThatCannotStartLeavesNothingOpen() throws Exception {
        forkNowhere();
        int before = OpenDescriptors.count();
        for (int i = 0; i < 5; i++) {
            forkNowhere();
        }
        assertThat(OpenDescriptors.count()).isLessThanOrEqualTo(before);
    }

    @Test
    @NodeTest("test-child-process-spawn-error.js")
    void aForkThatCannotStartIsAskedForMessagesAsAnyOtherAndTellsItsError() {
        ChildProcess child = fork(SpawnOptions.ofMain(Echo.class).cwd(Path.of("/nowhere")));
        child.onMessage(messages::add);
        child.onSpawn(() -> events.add("spawn"));
        child.onError(e -> events.add("error"));
        child.onExit(status -> events.add("exit"));
        child.onClose(status -> events.add("close " + status));
        child.onDisconnect(() -> events.add("disconnect"));
        await().until(() -> events.contains("disconnect"));
        assertThat(events).containsExactly("error", "close exit code 127", "disconnect");
        assertThat(child.isConnected()).isFalse();
        assertThatThrownBy(() -> child.send("x").join()).hasMessageContaining("could not be started");
        assertThat(messages).isEmpty();
    }

    @Test
    void onlyAnErrorThatNoListenerAsksForIsWarnedOf() {
        Output output = ChildProcess.spawnSync(small(AsksLate.class));
        assertThat(output.stdout()).isEqualTo("told\n");
        assertThat(output.stderr()).contains("no listener", "unheard").doesNotContain("asked-for-later");
    }

    static final class AsksLate {
        private AsksLate() {}

        public static void main(String[] arguments) {
            ChildProcess.spawn("no-such-program", "unheard");
            ChildProcess child = ChildProcess.spawn("no-such-program", "asked-for-later");
            CompletableFuture<Void> told = new CompletableFuture<>();
            child.onClose(status -> told.complete(null));
            told.join();
            child.onError(e -> System.out.println("told"));
        }
    }

    private static void forkNowhere() throws Exception {
        CompletableFuture<Exception> failure = new CompletableFuture<>();
        ChildProcess.fork(SpawnOptions.ofMain(Echo.class).cwd(Path.of("/nowhere")))
                .onError(failure::complete);
        assertThat(failure.get(20, TimeUnit.SECONDS)).hasMessageContaining("/nowhere");
    }

    @Test
    @NodeTest("test-child-process-fork-and-spawn.js")
    void aGrandchildHasNoChannel() throws Exception {
        ChildProcess child = fork(ForksAgain.class, "child");
        child.onMessage(messages::add);
        assertThat(next().as(String.class)).isEqualTo("grandchild connected: false");
    }

    static final class ForksAgain {
        private ForksAgain() {}

        public static void main(String[] arguments) {
            if (arguments[0].equals("child")) {
                Output output = ChildProcess.execFileSync(SpawnOptions.ofMain(ForksAgain.class, "grandchild"));
                CurrentProcess.send(output.stdout());
            } else {
                System.out.print("grandchild connected: " + CurrentProcess.isConnected());
            }
        }
    }

    @Test
    void theDoorIsGoneOnceTheChildHasComeOrIsGone(@TempDir Path directory) throws IOException {
        Output parent = ChildProcess.spawnSync(SpawnOptions.ofMain(Patient.class, directory.toString())
                .jvmArgs("-Djava.io.tmpdir=" + directory)
                .stderr(Stdio.inherit()));
        assertThat(parent.stdout()).isEqualTo("exit code 0, connected: false\n");
        assertThat(parent.status()).isEqualTo(new ExitStatus.Exited(0));
        assertThat(Hasty.sockets(directory)).isZero();
    }

    /** Forks one that comes and one that never does, and ends when no handshake is left. */
    static final class Patient {
        private Patient() {}

        public static void main(String[] arguments) {
            ChildProcess child = ChildProcess.fork(small(Echo.class));
            child.request("up", byte[].class, SOON).join();
            ChildProcess never = ChildProcess.fork(SpawnOptions.of("true"));
            CompletableFuture<ExitStatus> closed = new CompletableFuture<>();
            never.onClose(closed::complete);
            System.out.println(closed.join() + ", connected: " + never.isConnected());
            await().until(() -> Hasty.sockets(Path.of(arguments[0])) == 0);
            child.disconnect();
        }
    }

    @Test
    @NodeTest("test-child-process-fork-timeout-kill-signal.js")
    void aForkedChildHasATimeLimitToo() {
        ChildProcess child = ChildProcess.fork(SpawnOptions.ofMain(Sleeper.class)
                .timeout(Duration.ofMillis(200))
                .killSignal(Signal.KILL)
                .stdio(Stdio.ignore()));
        assertThat(exit(child)).isEqualTo(new ExitStatus.Signaled(Signal.KILL));
    }

    @Test
    void aParentsDeathIsADisconnect() throws Exception {
        Path told = Files.createTempFile("told", "");
        ChildProcess parent = fork(Dies.class, told.toString());
        exit(parent);
        await().until(() -> Files.readString(told).equals("disconnected"));
        Files.delete(told);
    }

    static final class Dies {
        private Dies() {}

        public static void main(String[] arguments) {
            ChildProcess child = ChildProcess.fork(
                    SpawnOptions.ofMain(Survives.class, arguments).stdio(Stdio.ignore()));
            child.onMessage(message -> CurrentProcess.kill(CurrentProcess.pid(), Signal.KILL));
        }
    }

    static final class Survives {
        private Survives() {}

        public static void main(String[] arguments) {
            CurrentProcess.onDisconnect(() -> {
                try {
                    Files.writeString(Path.of(arguments[0]), "disconnected");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            CurrentProcess.send("up");
        }
    }
}
