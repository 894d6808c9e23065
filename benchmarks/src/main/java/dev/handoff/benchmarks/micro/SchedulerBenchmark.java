package dev.handoff.benchmarks.micro;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.SchedulingPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
import org.openjdk.jmh.annotations.Warmup;

/** How long the choice of a worker takes. The acceptor makes it once a connection. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SchedulerBenchmark {
    private static final SchedulingPolicy.Client CLIENT =
            () -> new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);

    @Param({"2", "16", "64"})
    private int workers;

    @Param({"round-robin", "least-connections", "power-of-two", "consistent-hash", "weighted:2,1"})
    private String policyName = "";

    private SchedulingPolicy policy = SchedulingPolicy.roundRobin();

    private List<Worker> candidates = List.of();
    private long turn;

    /** Makes the policy and the workers. */
    @Setup
    public void makeWorkers() {
        policy = ClusterSettings.defaults().option("policy", policyName).policy();
        candidates = IntStream.rangeClosed(1, workers).mapToObj(Worker::new).toList();
    }

    /** One choice, and the note that it was made. */
    @Benchmark
    public int choice() {
        int picked = policy.pick(candidates, CLIENT);
        turn++;
        candidates.get(picked).lastTurn = turn;
        return picked;
    }

    private static final class Worker implements SchedulingPolicy.Candidate {
        private final int id;
        private long lastTurn;

        Worker(int id) {
            this.id = id;
        }

        @Override
        public int workerId() {
            return id;
        }

        @Override
        public int slot() {
            return id;
        }

        @Override
        public long lastTurn() {
            return lastTurn;
        }

        @Override
        public long connections() {
            return lastTurn;
        }
    }
}
