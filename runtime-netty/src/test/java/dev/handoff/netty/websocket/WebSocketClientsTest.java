package dev.handoff.netty.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.Tls;
import dev.handoff.netty.rig.Heard;
import dev.handoff.netty.rig.TestCertificate;
import dev.handoff.netty.worker.TestServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket.Listener;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that nobody here wrote: the JDK's, with and without TLS, and Node's. */
class WebSocketClientsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Http ECHO = Http.handler(request -> Response.webSocket(Heard::echo));

    @Test
    void theJdksClient() throws Exception {
        try (TestServer server = TestServer.serving(ECHO)) {
            talk(HttpClient.newHttpClient(), "ws://127.0.0.1:" + server.port() + "/");
            server.awaitNoConnections();
        }
    }

    @Test
    void theJdksClientOverTls() throws Exception {
        Tls tls = Tls.pem(TestCertificate.SERVER.chain(), TestCertificate.SERVER.key());
        HttpClient trusting = HttpClient.newBuilder()
                .sslContext(TestCertificate.SERVER.trustedBy(null))
                .build();
        try (TestServer server = TestServer.serving(tls.wrap(ECHO))) {
            talk(trusting, "wss://localhost:" + server.port() + "/");
            server.awaitNoConnections();
        }
    }

    private static void talk(HttpClient http, String url) throws Exception {
        Inbox inbox = new Inbox();
        java.net.http.WebSocket client =
                http.newWebSocketBuilder().buildAsync(URI.create(url), inbox).get(20, TimeUnit.SECONDS);
        assertThat(client.getSubprotocol()).isEmpty();
        client.sendText("hello ", false).thenCompose(sent -> sent.sendText("world", true));
        assertThat(inbox.next()).isEqualTo("text hello world");
        String megabyte = "x".repeat(1024 * 1024);
        client.sendText(megabyte, true);
        assertThat(inbox.next()).isEqualTo("text " + megabyte);
        client.sendBinary(ByteBuffer.wrap("bytes".getBytes(UTF_8)), true);
        assertThat(inbox.next()).isEqualTo("binary bytes");
        client.sendPing(ByteBuffer.wrap("ping".getBytes(UTF_8)));
        assertThat(inbox.next()).isEqualTo("pong ping");
        client.sendClose(java.net.http.WebSocket.NORMAL_CLOSURE, "done");
        assertThat(inbox.next()).isEqualTo("close 1000");
    }

    private static final class Inbox implements Listener {
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder bytes = new StringBuilder();

        String next() throws InterruptedException {
            return String.valueOf(heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }

        @Override
        public @Nullable CompletionStage<?> onText(java.net.http.WebSocket client, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                heard.add("text " + text);
                text.setLength(0);
            }
            client.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(java.net.http.WebSocket client, ByteBuffer data, boolean last) {
            bytes.append(UTF_8.decode(data));
            if (last) {
                heard.add("binary " + bytes);
                bytes.setLength(0);
            }
            client.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPong(java.net.http.WebSocket client, ByteBuffer message) {
            heard.add("pong " + UTF_8.decode(message));
            client.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(java.net.http.WebSocket client, int code, String reason) {
            heard.add("close " + code);
            return CompletableFuture.completedFuture(null);
        }
    }

    @Test
    void nodesClient(@TempDir Path directory) throws Exception {
        Path script = Files.writeString(directory.resolve("client.js"), """
                const socket = new WebSocket(`ws://127.0.0.1:${process.argv[2]}/`);
                socket.binaryType = 'arraybuffer';
                const large = 'y'.repeat(500000);
                socket.onopen = () => { socket.send('h\u00e9llo'); socket.send(large); socket.send(new Uint8Array([1, 2, 3])); };
                socket.onmessage = ({ data }) => {
                  if (typeof data === 'string') { console.log(data === large ? 'large' : data); return; }
                  console.log([...new Uint8Array(data)].join());
                  socket.close(3456, 'enough');
                };
                socket.onclose = ({ code, wasClean }) => console.log(code, wasClean);
                socket.onerror = ({ message }) => console.log('error', message);
                """);
        try (TestServer server = TestServer.serving(ECHO)) {
            Process node = new ProcessBuilder(
                            "node", "--no-warnings", "--experimental-websocket", script.toString(), "" + server.port())
                    .redirectErrorStream(true)
                    .start();
            String printed = new String(node.getInputStream().readAllBytes(), UTF_8);
            assertThat(printed).isEqualTo("h\u00e9llo\nlarge\n1,2,3\n3456 true\n");
            assertThat(node.waitFor()).isZero();
            server.awaitNoConnections();
        }
    }
}
