package dev.handoff.benchmarks;

import dev.handoff.sample.client.Behaviour;
import dev.handoff.sample.client.Load;
import dev.handoff.sample.client.StrictConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Reloads of one system while strict clients are at it. Beside busy ones, new connections and kept ones, there are at each reload
 * some that have not said anything yet, and some that rest behind an answer; they speak when the reload is over.
 */
final class Reload {
    /** Connections of each kind that rest during a reload. */
    static final int AT_REST = 16;

    private static final int WORKERS = 2;
    private static final int BUSY = 8;
    private static final int LIMIT_SECONDS = 180;

    /** What the busy ones go on for before a reload, so that both workers serve, and behind it, so that it has done its worst. */
    private static final int SETTLING_SECONDS = 2;

    private final RunningServer server;
    private int rested;
    private int silentClosed;
    private int idleClosed;

    private Reload(RunningServer server) {
        this.server = server;
    }

    /**
     * What was lost.
     *
     * @param sent requests
     * @param newLost of those on new connections
     * @param busyLost of those on kept connections, one right behind the other
     * @param silentClosed connections that had not said anything yet
     * @param idleClosed connections that rested behind an answer
     */
    record Outcome(long sent, long newLost, long busyLost, int silentClosed, int idleClosed) {}

    /** Starts a system, reloads it so many times, and ends it. */
    static Outcome times(int count, Contender contender) {
        try (RunningServer server = RunningServer.start(contender);
                Load load = Load.on(server.target().getPort())
                        .with(BUSY, Behaviour.NEW)
                        .with(BUSY, Behaviour.KEEP_ALIVE)) {
            Reload reload = new Reload(server);
            for (int i = 0; i < count; i++) {
                reload.once();
            }
            return reload.outcome(load.stop());
        } catch (IOException e) {
            throw new BenchmarkException("Cannot connect to " + contender.label(), e);
        }
    }

    private Outcome outcome(Load load) {
        return new Outcome(
                load.sent() + rested,
                lostBy(Behaviour.NEW, load),
                lostBy(Behaviour.KEEP_ALIVE, load),
                silentClosed,
                idleClosed);
    }

    private static long lostBy(Behaviour behaviour, Load load) {
        return Objects.requireNonNull(load.ledgers().get(behaviour)).lostCount();
    }

    private void once() throws IOException {
        await("two workers and no others", () -> workers().size() == WORKERS);
        pause(SETTLING_SECONDS);
        List<StrictConnection> silent = connect();
        List<StrictConnection> idle = connect();
        for (StrictConnection connection : idle) {
            connection.get("/plaintext");
        }
        Set<Long> old = workers();
        Programs.run(List.of("kill", "-HUP", Long.toString(server.pid())));
        await(
                "as many new workers",
                () -> workers().stream().filter(pid -> !old.contains(pid)).count() == WORKERS);
        pause(SETTLING_SECONDS);
        silentClosed += closedOf(silent);
        idleClosed += closedOf(idle);
        rested += 3 * AT_REST;
        await("the end of the old workers", () -> workers().stream().noneMatch(old::contains));
    }

    private List<StrictConnection> connect() throws IOException {
        List<StrictConnection> connections = new ArrayList<>();
        for (int i = 0; i < AT_REST; i++) {
            connections.add(StrictConnection.to(server.target().getPort()));
        }
        return connections;
    }

    private static int closedOf(List<StrictConnection> connections) {
        int closed = 0;
        for (StrictConnection connection : connections) {
            try (connection) {
                connection.get("/plaintext");
            } catch (IOException lost) {
                closed++;
            }
        }
        return closed;
    }

    private Set<Long> workers() {
        return server.processes().root().children().map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    private static void await(String what, BooleanSupplier state) {
        long begin = System.nanoTime();
        while (!state.getAsBoolean()) {
            if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(LIMIT_SECONDS)) {
                throw new BenchmarkException("Waited in vain for " + what);
            }
            RunningServer.pause();
        }
    }

    private static void pause(int seconds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() - end < 0) {
            RunningServer.pause();
        }
    }
}
