package dev.handoff.netty.websocket;

import static dev.handoff.netty.rig.RawWebSocket.BINARY;
import static dev.handoff.netty.rig.RawWebSocket.CLOSE;
import static dev.handoff.netty.rig.RawWebSocket.CONTINUATION;
import static dev.handoff.netty.rig.RawWebSocket.PING;
import static dev.handoff.netty.rig.RawWebSocket.PONG;
import static dev.handoff.netty.rig.RawWebSocket.concat;
import static dev.handoff.netty.rig.RawWebSocket.frame;
import static dev.handoff.netty.rig.RawWebSocket.part;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.WebSocket;
import dev.handoff.netty.rig.Heard;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.rig.RawWebSocket;
import dev.handoff.netty.worker.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** One side is faster than the other. */
class WebSocketPaceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int PIECE = 64 * 1024;

    private final Heard heard = new Heard();

    @Test
    void programIsToldThatItsClientDoesNotKeepUp() throws Exception {
        try (TestServer server = TestServer.serving(heard.http());
                RawWebSocket client = RawWebSocket.open(server)) {
            WebSocket socket = heard.socket();
            assertThat(socket.isWritable()).isTrue();
            List<CompletableFuture<Void>> sends = new ArrayList<>();
            while (socket.isWritable()) {
                sends.add(socket.send(numbered(sends.size())));
                goesOutSoon(sends.get(sends.size() - 1));
            }
            assertThat(sends.get(sends.size() - 1)).isNotDone();
            for (int i = 0; i < sends.size(); i++) {
                assertThat(ByteBuffer.wrap(client.read().payload()).getInt()).isEqualTo(i);
            }
            assertThat(sends).allSatisfy(send -> assertThat(send).succeedsWithin(PATIENCE));
            await().until(socket::isWritable);
        }
    }

    /** It gets all that was taken for it, in order, and then the close: no gap that nobody knows of. */
    @Test
    void clientForWhomTooMuchWaitsIsClosed() throws Exception {
        try (TestServer server = TestServer.serving(heard.http());
                RawWebSocket client = RawWebSocket.open(server)) {
            WebSocket socket = heard.socket();
            List<CompletableFuture<Void>> sends = new ArrayList<>();
            CompletableFuture<Void> last;
            do {
                last = socket.send(numbered(sends.size()));
                sends.add(last);
            } while (!last.isCompletedExceptionally());
            assertThat(last)
                    .failsWithin(PATIENCE)
                    .withThrowableThat()
                    .withRootCauseInstanceOf(IOException.class)
                    .withMessageContaining("16 MiB wait already");
            int taken = sends.size() - 1;
            assertThat((long) taken * PIECE).isGreaterThan(15 << 20);
            for (int i = 0; i < taken; i++) {
                assertThat(ByteBuffer.wrap(client.read().payload()).getInt()).isEqualTo(i);
            }
            RawWebSocket.Frame close = client.read();
            assertThat(close.opcode()).isEqualTo(CLOSE);
            assertThat(close.code()).isEqualTo(1008);
            client.close(1008);
            assertThat(heard.codes()).containsExactly(1008);
        }
    }

    /** A program that answers each message is not drowned by a client that only sends. */
    @Test
    void clientThatDoesNotReadIsNotReadEither() throws Exception {
        int messages = 600;
        try (TestServer server = TestServer.serving(Http.handler(request -> Response.webSocket(Heard::echo)));
                RawWebSocket client = RawWebSocket.open(server)) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sendNumbered(client, messages));
            await().until(() -> !server.reads((RawClient) client.wire()));
            mustGoOnWhenItReads(client, messages, sending);
        }
    }

    /** Also in the middle of a message, where such a client nearly always is. */
    @Test
    void clientThatSendsInPartsAndDoesNotReadIsNotReadEither() throws Exception {
        int messages = 600;
        AtomicLong sent = new AtomicLong();
        try (TestServer server = TestServer.serving(Http.handler(request -> Response.webSocket(Heard::echo)));
                RawWebSocket client = RawWebSocket.open(server)) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sendInParts(client, messages, sent));
            await().until(() -> !server.reads((RawClient) client.wire()));
            TestServer.awaitStandstill(sent);
            mustGoOnWhenItReads(client, messages, sending);
        }
    }

    private static void mustGoOnWhenItReads(RawWebSocket client, int messages, CompletableFuture<Void> sending)
            throws Exception {
        assertThat(sending).isNotDone();
        for (int i = 0; i < messages; i++) {
            assertThat(ByteBuffer.wrap(client.read().payload()).getInt()).isEqualTo(i);
        }
        sending.get(20, TimeUnit.SECONDS);
        client.close(1000);
        assertThat(client.read().code()).isEqualTo(1000);
    }

    /** Bytes that are taken are a sign of life, as long as the pings wait behind them. */
    @Test
    void clientThatOnlyReadsSlowlyIsNotTakenForDead() throws Exception {
        Duration ping = Duration.ofMillis(800);
        int pieces = 200;
        // On its event loop, where no ping comes between.
        Http http = Http.handler(request -> Response.webSocket(socket -> {
            heard.opened(socket);
            for (int i = 0; i < pieces; i++) {
                socket.send(numbered(i));
            }
        }));
        try (TestServer server = TestServer.serving(http.pingEvery(ping));
                RawWebSocket client = RawWebSocket.open(RawClient.to(server.port(), PIECE))) {
            for (int i = 0; i < pieces; i++) {
                assertThat(ByteBuffer.wrap(client.read().payload()).getInt()).isEqualTo(i);
                TimeUnit.MILLISECONDS.sleep(ping.toMillis() * 4 / pieces);
            }
            RawWebSocket.Frame waited = client.read();
            assertThat(waited.opcode()).isEqualTo(PING);
            client.send(frame(PONG, waited.payload()));
            assertThat(heard.codes).isEmpty();
        }
    }

    @Test
    void clientThatTakesNothingOfWhatWaitsIsCut() throws Exception {
        try (TestServer server = TestServer.serving(heard.http().pingEvery(Duration.ofMillis(400)));
                RawClient client = server.connect()) {
            RawWebSocket.open(client);
            for (int i = 0; i < 200; i++) {
                heard.socket().send(numbered(i));
            }
            server.awaitNoConnections();
            assertThat(heard.codes()).containsExactly(1006);
        }
    }

    @Test
    void whatEachThreadSendsKeepsItsOrder() throws Exception {
        int threads = 4;
        int messages = 2_000;
        try (TestServer server = TestServer.serving(heard.http());
                RawWebSocket client = RawWebSocket.open(server)) {
            WebSocket socket = heard.socket();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                new Thread(() -> {
                            for (int n = 0; n < messages; n++) {
                                socket.send(thread + " " + n);
                            }
                        })
                        .start();
            }
            int[] next = new int[threads];
            for (int i = 0; i < threads * messages; i++) {
                String[] message = client.read().text().split(" ", 2);
                int thread = Integer.parseInt(message[0]);
                assertThat(Integer.parseInt(message[1])).isEqualTo(next[thread]++);
            }
        }
    }

    private static void goesOutSoon(CompletableFuture<Void> send) throws Exception {
        try {
            send.get(200, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            assertThat(send).as("waits for the client").isNotDone();
        }
    }

    private static ByteBuffer numbered(int number) {
        return ByteBuffer.wrap(bytes(number));
    }

    private static byte[] bytes(int number) {
        return ByteBuffer.allocate(PIECE).putInt(number).array();
    }

    /** The next message begins in the same breath as one ends: hardly ever is none open. */
    private static void sendInParts(RawWebSocket client, int count, AtomicLong sent) {
        byte[] nothing = {};
        byte[] next = concat(frame(CONTINUATION, nothing), part(BINARY, nothing));
        try {
            client.send(part(BINARY, nothing));
            for (int i = 0; i < count; i++) {
                client.send(concat(part(CONTINUATION, bytes(i)), next));
                sent.incrementAndGet();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void sendNumbered(RawWebSocket client, int count) {
        try {
            for (int i = 0; i < count; i++) {
                client.send(frame(BINARY, bytes(i)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
