package dev.handoff.netty.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.rig.RawHttp2;
import dev.handoff.netty.worker.TestServer;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** A client that makes us work and serves nobody is cut within a limit. */
class Http2FloodTest {
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final int PROTOCOL_ERROR = 1;
    private static final byte[] NOTHING = {};

    @Test
    void rapidResetsAreCut() throws Exception {
        CompletableFuture<Response> never = new CompletableFuture<>();
        flood(
                Http.handler(request -> Response.later(never)),
                Http2Limits.RESETS + 1,
                (client, i) -> client.get(2 * i + 1, "/").reset(2 * i + 1));
    }

    @Test
    void errorsThatMakeUsResetAreCut() throws Exception {
        flood(hello(), Http2Limits.RESETS + 1, (client, i) -> client.headers(2 * i + 1, true, ":method", "GET"));
    }

    @Test
    void headersWithoutEndAreCut() throws Exception {
        flood(
                hello(),
                100,
                (client, i) -> client.frame(
                        i == 0 ? RawHttp2.HEADERS : RawHttp2.CONTINUATION, 0, 1, RawHttp2.block("x" + i, "y")));
    }

    @Test
    void hugeHeadersInManyPiecesAreCut() throws Exception {
        flood(
                hello(),
                100,
                (client, i) -> client.frame(
                        i == 0 ? RawHttp2.HEADERS : RawHttp2.CONTINUATION,
                        0,
                        1,
                        RawHttp2.block("x" + i, "y".repeat(10_000))),
                PROTOCOL_ERROR);
    }

    @Test
    void settingsAreCut() throws Exception {
        flood(hello(), Http2FrameWatch.MOST_IDLE_FRAMES + 1, (client, i) -> client.settings());
    }

    @Test
    void pingsAreCut() throws Exception {
        flood(
                hello(),
                Http2FrameWatch.MOST_IDLE_FRAMES + 1,
                (client, i) -> client.frame(RawHttp2.PING, 0, 0, new byte[8]));
    }

    @Test
    void prioritiesAreCut() throws Exception {
        flood(hello(), Http2FrameWatch.MOST_IDLE_FRAMES + 1, (client, i) -> client.frame(2, 0, 2 * i + 1, new byte[5]));
    }

    @Test
    void emptyPiecesOfABodyAreCut() throws Exception {
        flood(hello(), Http2Limits.EMPTY_DATA + 2, (client, i) -> {
            if (i == 0) {
                client.request(1, false, "POST", "/");
            } else {
                client.frame(RawHttp2.DATA, 0, 1, NOTHING);
            }
        });
    }

    private static Http hello() {
        return Http.handler(request -> Response.text("hello"));
    }

    private static void flood(Http http, int count, BiConsumer<RawHttp2, Integer> step) throws Exception {
        flood(http, count, step, ENHANCE_YOUR_CALM);
    }

    private static void flood(Http http, int count, BiConsumer<RawHttp2, Integer> step, int error) throws Exception {
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port())) {
            for (int i = 0; i < count; i++) {
                step.accept(client, i);
            }
            assertThat(client.awaitEnd()).isEqualTo(error);
            server.awaitNoConnections();
        }
    }
}
