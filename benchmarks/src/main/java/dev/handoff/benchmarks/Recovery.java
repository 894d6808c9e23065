package dev.handoff.benchmarks;

import dev.handoff.cluster.ClusterEvent;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.SchedulingPolicy;
import dev.handoff.cluster.Worker;
import dev.handoff.cluster.WorkerState;
import dev.handoff.netty.ClusterServer;
import dev.handoff.process.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What the death of a worker costs the clients that it had not acknowledged (claims C1 and C2), and how long something is left of a
 * cluster whose master has died (C5).
 *
 * <p>In each round one of two workers is frozen, so that it takes nothing up; connections are made, of which round robin
 * gives it half; when the others have been answered it is killed. Measured from the exit as the master reports it: until
 * the first of its connections is handed to the other worker, until the last has been answered by it, until its successor is
 * started, and from there until that is ready.
 */
public final class Recovery {
    private static final int ROUNDS = 20;
    private static final int CONNECTIONS = 16;
    private static final int MASTERS = 10;
    private static final long PATIENCE_SECONDS = 30;
    private static final Path RESULT = Path.of("benchmarks", "results", "recovery.md");

    private final ClusterServer server;
    private final ExecutorService clients;
    private final BlockingQueue<ClusterEvent> events = new LinkedBlockingQueue<>();
    private final Queue<Instant> handOffs;

    private Recovery(ClusterServer server, ExecutorService clients, Queue<Instant> handOffs) {
        this.server = server;
        this.clients = clients;
        this.handOffs = handOffs;
    }

    /** One death. */
    private record Round(Duration handedOn, Duration rescued, Duration successorStarted, Duration successorReady) {}

    /** Writes the table to {@code benchmarks/results/recovery.md}. */
    public static void main(String[] arguments) throws Exception {
        ExecutorService clients = Executors.newCachedThreadPool();
        Queue<Instant> handOffs = new ConcurrentLinkedQueue<>();
        List<Round> rounds = new ArrayList<>();
        try (ClusterServer server = ClusterServer.builder()
                .workerMain(HandoffServer.class, "0", "round-robin")
                .workers(2)
                .listen(ListenOptions.address("127.0.0.1", 0))
                .settings(settings -> settings.policy(noting(handOffs)))
                .start()) {
            Recovery recovery = new Recovery(server, clients, handOffs);
            var unused = server.cluster().onEvent(recovery.events::add);
            for (int round = 0; round < ROUNDS; round++) {
                rounds.add(recovery.killOne());
            }
        }
        List<Duration> masters = new ArrayList<>();
        MasterDeath death = new MasterDeath(clients);
        for (int round = 0; round < MASTERS; round++) {
            masters.add(death.killOne());
        }
        clients.shutdown();
        Files.writeString(RESULT, table(rounds, masters));
        System.out.println("Written: " + RESULT);
    }

    /** Round robin that notes when it is asked: a connection goes to a worker in the same pass of the acceptor. */
    private static SchedulingPolicy noting(Queue<Instant> handOffs) {
        SchedulingPolicy roundRobin = SchedulingPolicy.roundRobin();
        return (candidates, client) -> {
            handOffs.add(Instant.now());
            return roundRobin.pick(candidates, client);
        };
    }

    private Round killOne() throws Exception {
        Worker victim = server.cluster().workers().values().stream()
                .filter(worker -> worker.state() == WorkerState.READY)
                .findFirst()
                .orElseThrow();
        freeze(victim);
        CountDownLatch half = new CountDownLatch(CONNECTIONS / 2);
        List<CompletableFuture<Instant>> answers = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            answers.add(CompletableFuture.supplyAsync(this::askOnce, clients));
        }
        answers.forEach(answer -> answer.thenRun(half::countDown));
        awaitHalf(half, answers);
        handOffs.clear();
        victim.kill(Signal.KILL);
        Instant exit = await("worker.exited", victim.id()).time();
        Instant last = Instant.MIN;
        for (CompletableFuture<Instant> answer : answers) {
            Instant answered = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            last = answered.isAfter(last) ? answered : last;
        }
        ClusterEvent forked = await("worker.forked", 0);
        Instant ready = await("worker.ready", forked.workerId()).time();
        return new Round(
                Duration.between(exit, handOffs.element()),
                Duration.between(exit, last),
                Duration.between(exit, forked.time()),
                Duration.between(forked.time(), ready));
    }

    /** Each of its threads: one that still runs would take a connection up. */
    private static void freeze(Worker worker) throws IOException, InterruptedException {
        worker.kill(Signal.STOP);
        Path threads = Path.of("/proc", Long.toString(worker.pid()), "task");
        try (Stream<Path> each = Files.list(threads)) {
            for (Path thread : each.toList()) {
                while (!Files.readString(thread.resolve("stat")).contains(") T ")) {
                    Thread.sleep(1);
                }
            }
        }
    }

    private Instant askOnce() {
        try (Client client = new Client(server.port())) {
            client.askOnce();
            return Instant.now();
        } catch (IOException e) {
            throw new BenchmarkException("a connection that no worker had taken up was lost", e);
        }
    }

    /** The frozen worker has the other half, which is not answered while it lives. */
    private static void awaitHalf(CountDownLatch half, List<CompletableFuture<Instant>> answers)
            throws InterruptedException {
        if (!half.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new BenchmarkException("the worker that was not frozen has not answered its half");
        }
        long unanswered = answers.stream().filter(answer -> !answer.isDone()).count();
        if (unanswered != CONNECTIONS / 2) {
            throw new BenchmarkException(
                    unanswered + " connections wait for the frozen worker, not " + CONNECTIONS / 2);
        }
    }

    private ClusterEvent await(String name, int workerId) throws InterruptedException, TimeoutException {
        ClusterEvent event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        while (event != null) {
            if (event.name().equals(name) && (workerId == 0 || event.workerId() == workerId)) {
                return event;
            }
            event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        throw new TimeoutException("no " + name + " within " + PATIENCE_SECONDS + " s");
    }

    private static String table(List<Round> rounds, List<Duration> masters) {
        StringBuilder page = new StringBuilder();
        page.append("# Recovery\n\n")
                .append(ROUNDS)
                .append(" workers killed, each with ")
                .append(CONNECTIONS / 2)
                .append(
                        " connections that it had not taken up: all of them answered by the other worker. Milliseconds.\n\n")
                .append("| | median | least | most |\n|---|---:|---:|---:|\n")
                .append(row(
                        "from the reported exit until the first of them is handed to another", rounds, Round::handedOn))
                .append(row("from the reported exit to the last answer", rounds, Round::rescued))
                .append(row("from the reported exit to the start of the successor", rounds, Round::successorStarted))
                .append(row("from its start until it is ready", rounds, Round::successorReady))
                .append("\n")
                .append(MASTERS)
                .append(" masters killed, each with two workers under load. Milliseconds.\n\n")
                .append("| | median | least | most |\n|---|---:|---:|---:|\n")
                .append(row("until no process, socket or file is left", masters, took -> took))
                .append("\n| | |\n|---|---|\n");
        Machine.facts().forEach((name, value) -> page.append("| %s | %s |%n".formatted(name, value)));
        return page.toString();
    }

    private static <T> String row(String what, List<T> rounds, Function<T, Duration> part) {
        Spread spread = Spread.of(rounds.stream()
                .mapToDouble(round -> part.apply(round).toNanos() / 1e6)
                .toArray());
        return String.format(
                Locale.ROOT, "| %s | %.1f | %.1f | %.1f |%n", what, spread.median(), spread.least(), spread.most());
    }
}
