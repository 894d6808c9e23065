package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.worker.TestServer;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A publisher of the program's that throws where it is told something, on the event loop. */
class PublisherFailureTest {
    private final AtomicInteger cancelled = new AtomicInteger();

    @Test
    void oneThatThrowsWhenItIsAskedForMoreBreaksItsResponseOff() throws Exception {
        Http handler = Http.handler(request -> request.path().equals("/fails") ? publisher(1) : Response.text("hello"));
        try (TestServer server = TestServer.serving(handler);
                RawClient client = server.connect();
                RawClient neighbour = server.connect()) {
            client.get("/fails");
            while (!client.line().isEmpty()) {
                // The head.
            }
            assertThat(client.chunk()).isEqualTo("piece");
            assertThat(client.isEnded()).isTrue();
            assertThat(neighbour.get("/").answer().body()).isEqualTo("hello");
        }
    }

    @Test
    void oneThatThrowsWhenItIsCancelledCostsNothingMore() throws Exception {
        Http handler = Http.handler(
                request -> request.path().equals("/fails") ? publisher(Integer.MAX_VALUE) : Response.text("hello"));
        try (TestServer server = TestServer.serving(handler);
                RawClient client = server.connect();
                RawClient neighbour = server.connect()) {
            client.get("/fails");
            while (!client.line().isEmpty()) {
                // The head.
            }
            client.hangUp();
            await().until(() -> cancelled.get() > 0);
            assertThat(neighbour.get("/").answer().body()).isEqualTo("hello");
        }
    }

    /** Publishes one piece each time that it is asked, so often. */
    private Response publisher(int most) {
        return Response.publisher(
                "x/y",
                subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
                    private int asked;

                    @Override
                    public void request(long count) {
                        if (asked++ == most) {
                            throw new IllegalStateException("on purpose");
                        }
                        subscriber.onNext(ByteBuffer.wrap("piece".getBytes(US_ASCII)));
                    }

                    @Override
                    public void cancel() {
                        cancelled.incrementAndGet();
                        throw new IllegalStateException("on purpose");
                    }
                }));
    }
}
