package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.sample.client.Answer;
import dev.handoff.sample.client.Http2Client;
import dev.handoff.sample.client.StreamRefused;
import dev.handoff.sample.programs.Secure;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.RunningCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Workers are replaced under connections of HTTP/2, which announce their end: no stream is lost. */
class Http2RollIT {
    private static final Path TLS = Path.of("").toAbsolutePath().resolve("../runtime-netty/src/test/resources/tls");

    /** Time for the announcements to be spread over, and no more. */
    private static final String DRAIN = "8s";

    private static final int CLIENTS = 4;
    private static final int STREAMS = 6;
    private static final int THINKING_MILLIS = 5;
    private static final int ROLLS = 1;
    private static final long REQUESTS = 1_000;

    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    @Test
    @Tag("core")
    void noStreamIsLostInACleartextRoll() {
        RunningCluster cluster = CLUSTERS.start(aCluster().setting("drain.limit", DRAIN));
        rollUnderLoad(cluster, () -> Http2Client.to(cluster.port()));
    }

    @Test
    void noStreamIsLostInARollOverTls() {
        RunningCluster cluster = CLUSTERS.launch(aCluster()
                .setting("drain.limit", DRAIN)
                .main(Secure.class, TLS.resolve("server.pem"), TLS.resolve("server.key.pem"), "serves"));
        await("it serves").until(() -> Files.exists(cluster.file("serves")));
        rollUnderLoad(cluster, () -> Http2Client.overTls(cluster.port()));
    }

    private static void rollUnderLoad(RunningCluster cluster, Opening opening) {
        Load load = new Load(opening);
        for (int i = 0; i < ROLLS; i++) {
            cluster.roll();
        }
        await(REQUESTS + " answers").atMost(Duration.ofMinutes(5)).until(() -> load.answered.get() >= REQUESTS);
        load.stop();
        assertThat(load.lost).as("%s", load).isEmpty();
        assertThat(load.announced).as("connections whose end was announced").hasPositiveValue();
        System.out.println("R7: " + ROLLS + " rolls, " + load);
    }

    private interface Opening {
        Http2Client open() throws IOException;
    }

    /** Clients that use a connection until its end is announced, half of them until the last stream is. */
    private static final class Load {
        private final AtomicLong answered = new AtomicLong();
        private final AtomicLong refused = new AtomicLong();
        private final AtomicLong announced = new AtomicLong();
        private final Queue<String> lost = new ConcurrentLinkedQueue<>();
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean stopping;

        Load(Opening opening) {
            for (int i = 0; i < CLIENTS; i++) {
                boolean stubborn = i % 2 == 1;
                Thread thread = new Thread(() -> play(opening, stubborn), "http2-client-" + i);
                threads.add(thread);
                thread.start();
            }
        }

        void stop() {
            stopping = true;
            for (Thread thread : threads) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted while waiting for " + thread.getName(), e);
                }
            }
        }

        private void play(Opening opening, boolean stubborn) {
            while (!stopping) {
                try (Http2Client client = opening.open()) {
                    while (!stopping && !(stubborn ? client.knowsLast() : client.isAnnouncedToEnd())) {
                        playRound(client);
                        Thread.sleep(THINKING_MILLIS);
                    }
                    if (client.isAnnouncedToEnd()) {
                        announced.incrementAndGet();
                    }
                } catch (IOException e) {
                    lost.add(e.toString());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }

        private void playRound(Http2Client client) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                answers.add(i % 2 == 0 ? client.get("/plaintext") : client.post("/echo", "body " + i));
                expected.add(i % 2 == 0 ? "Hello world\n" : "body " + i);
            }
            for (int i = 0; i < STREAMS; i++) {
                judge(answers.get(i), expected.get(i));
            }
        }

        private void judge(CompletableFuture<Answer> future, String expected) {
            try {
                Answer answer = future.join();
                if (answer.status() == 200 && answer.text().equals(expected)) {
                    answered.incrementAndGet();
                } else {
                    lost.add("expected '" + expected + "', got " + answer);
                }
            } catch (CompletionException e) {
                if (e.getCause() instanceof StreamRefused) {
                    refused.incrementAndGet();
                } else {
                    lost.add(String.valueOf(e.getCause()));
                }
            }
        }

        @Override
        public String toString() {
            return "%d answered, %d refused, %d connections announced, lost: %s"
                    .formatted(answered.get(), refused.get(), announced.get(), lost);
        }
    }
}
