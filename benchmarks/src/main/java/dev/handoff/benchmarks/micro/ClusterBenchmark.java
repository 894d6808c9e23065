package dev.handoff.benchmarks.micro;

import dev.handoff.benchmarks.Client;
import dev.handoff.benchmarks.HandoffServer;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.netty.ClusterServer;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** Requests a second against a running cluster, master and two workers, from a few blocking clients. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Threads(4)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@SuppressWarnings("NullAway.Init") // JMH calls start before anything else
public class ClusterBenchmark {
    @Param({"round-robin", "shared"})
    private String policy;

    private ClusterServer server;

    /** Starts the cluster, and waits until its workers are ready. */
    @Setup
    public void start() {
        server = ClusterServer.builder()
                .workerMain(HandoffServer.class, "0", policy)
                .workers(2)
                .listen(ListenOptions.address("127.0.0.1", 0))
                .option("policy", policy)
                .start();
    }

    /** Stops the cluster. */
    @TearDown
    public void stop() {
        server.close();
    }

    /** A connection that is kept. */
    @State(Scope.Thread)
    public static class Kept {
        private Client client;

        /** Connects. */
        @Setup
        public void connect(ClusterBenchmark cluster) throws IOException {
            client = new Client(cluster.server.port());
        }

        /** Disconnects. */
        @TearDown
        public void disconnect() throws IOException {
            client.close();
        }
    }

    /** One request on a connection that lasts. */
    @Benchmark
    public int keepAlive(Kept kept) throws IOException {
        return kept.client.ask();
    }

    /** A connection, one request, and the end of the connection. */
    @Benchmark
    public int connectionEach() throws IOException {
        try (Client client = new Client(server.port())) {
            return client.askOnce();
        }
    }
}
