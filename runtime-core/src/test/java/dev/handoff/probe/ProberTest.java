package dev.handoff.probe;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Protocol;
import dev.handoff.cluster.Setting;
import dev.handoff.wire.Offer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import jnr.unixsocket.UnixSocketChannel;
import org.junit.jupiter.api.Test;

class ProberTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void anAnswerIsAYes() throws Exception {
        CompletableFuture<String> asked = new CompletableFuture<>();
        assertThat(probe(Protocol.HTTP, offer -> {
                    assertThat(offer.probe()).isTrue();
                    asked.complete(answer(offer, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
                }))
                .isEmpty();
        assertThat(asked.get(30, TimeUnit.SECONDS))
                .startsWith("GET /health HTTP/1.1\r\nHost: 127.0.0.1:")
                .contains("\r\nUser-Agent: handoff-probe\r\n")
                .contains("\r\nConnection: close\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void aFailureOfTheServerIsANo() throws Exception {
        assertThat(probe(Protocol.HTTP, offer -> answer(offer, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")))
                .hasValueSatisfying(
                        why -> assertThat(why).contains("listener 0 (HTTP)").contains("status 500"));
    }

    @Test
    void halfAnAnswerIsANo() throws Exception {
        assertThat(probe(Protocol.HTTP, offer -> answer(offer, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")))
                .hasValueSatisfying(why -> assertThat(why).contains("before its body"));
    }

    @Test
    void silenceIsANo() throws Exception {
        assertThat(probe(Protocol.HTTP, Duration.ofSeconds(1), offer -> {}))
                .hasValueSatisfying(why -> assertThat(why).contains("no answer within 1000 ms"));
    }

    @Test
    void bytesOnlyNeedAnOpenConnection() throws Exception {
        assertThat(probe(Protocol.TCP, offer -> {})).isEmpty();
        // At once: a thread of its own may come too late.
        assertThat(probe(
                        Protocol.TCP,
                        LONG,
                        Runnable::run,
                        offer -> offer.connection().close()))
                .hasValueSatisfying(
                        why -> assertThat(why).contains("listener 0 (TCP)").contains("closed within"));
    }

    @Test
    void plainBytesInPlaceOfTlsAreANo() throws Exception {
        assertThat(probe(Protocol.HTTPS, offer -> answer(offer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")))
                .hasValueSatisfying(why -> assertThat(why).contains("SSL"));
    }

    private static Optional<String> probe(Protocol protocol, Consumer<Offer> worker) throws Exception {
        return probe(protocol, LONG, worker);
    }

    private static Optional<String> probe(Protocol protocol, Duration limit, Consumer<Offer> worker) throws Exception {
        return probe(protocol, limit, task -> new Thread(task).start(), worker);
    }

    /** The worker's end is closed with the test: what it leaves open must not keep a later answer waiting. */
    private static Optional<String> probe(Protocol protocol, Duration limit, Executor onWhat, Consumer<Offer> worker)
            throws Exception {
        ClusterSettings settings =
                ClusterSettings.defaults().with(Setting.PROBE_PATH, "/health").with(Setting.PROBE_LIMIT, limit);
        CompletableFuture<Optional<String>> verdict = new CompletableFuture<>();
        CompletableFuture<Offer> handed = new CompletableFuture<>();
        Prober prober = new Prober(
                settings,
                (id, offer) -> {
                    handed.complete(offer);
                    onWhat.execute(() -> worker.accept(offer));
                },
                task -> new Thread(task).start());
        prober.probe(1, List.of(protocol), verdict::complete);
        Optional<String> failure = verdict.get(30, TimeUnit.SECONDS);
        if (handed.join().connection().isOpen()) {
            handed.join().connection().close();
        }
        return failure;
    }

    private static String answer(Offer offer, String response) {
        try (UnixSocketChannel channel =
                UnixSocketChannel.fromFD(offer.connection().release())) {
            // It takes its descriptor for a blocking one and would not ask the kernel to make it so.
            channel.configureBlocking(false);
            channel.configureBlocking(true);
            ByteBuffer request = ByteBuffer.allocate(4096);
            channel.read(request);
            channel.write(ByteBuffer.wrap(response.getBytes(US_ASCII)));
            return new String(request.array(), 0, request.position(), US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
