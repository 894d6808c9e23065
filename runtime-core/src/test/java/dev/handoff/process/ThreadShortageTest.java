package dev.handoff.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.spi.EventThread;
import dev.handoff.unix.ChildJvm;
import dev.handoff.unix.OrdinaryUser;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Children and events of a process to which the kernel grants hardly a thread. */
@Timeout(180)
class ThreadShortageTest {
    private static final String FAILED = "error NOT_STARTED";
    private static final String RAN = "ran";
    private static final int SURELY_TOO_FEW = 1;
    private static final int SURELY_ENOUGH = 16;

    @Test
    void aSpawnWithoutThreadsHasAnErrorAndLeavesNoChildAndLaterOnesRun() throws Exception {
        List<String> limit = new ArrayList<>(OrdinaryUser.words());
        limit.addAll(List.of("prlimit", "--nproc=" + (OrdinaryUser.tasks() + 100)));
        try (ChildJvm child = ChildJvm.start(limit, Map.of(), HasNoneLeft.class)) {
            List<String> lines = child.output().lines().toList();
            List<String> spawns =
                    lines.stream().filter(line -> line.startsWith("with ")).toList();
            assertThat(spawns)
                    .hasSize(2 * (SURELY_ENOUGH + 1))
                    .allMatch(line -> line.endsWith(FAILED) || line.endsWith(RAN));
            assertThat(spawns.subList(0, 2 * (SURELY_TOO_FEW + 1))).allMatch(line -> line.endsWith(FAILED));
            assertThat(spawns.get(spawns.size() - 1)).endsWith(RAN);
            assertThat(lines).contains("told later", "children: 0");
        }
    }

    /**
     * A start of a child takes four threads: two that only look whether there is room, the JDK's own for its exit, when the child runs already,
     * and ours. Each of them fails in its turn, as often as the JDK tries it.
     */
    @ParameterizedTest
    @ValueSource(strings = {"60..63", "61..64", "62..65", "63..66"})
    void noChildRunsOnWhoseStartHasFailed(String calls) throws Exception {
        String fault = "inject=clone3,clone:error=EAGAIN:when=" + calls;
        List<String> strace =
                List.of("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=clone3,clone", "-e", fault);
        try (ChildJvm child = ChildJvm.start(strace, Map.of(), StartsMany.class)) {
            List<String> lines = child.output().lines().toList();
            assertThat(lines).as("%s", lines).contains("running without a parent: []");
            assertThat(lines).anyMatch(line -> line.endsWith(FAILED)).anyMatch(line -> line.endsWith(RAN));
        }
    }

    /** Waits for what becomes of a start. */
    private static String outcome(ChildProcess child) {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        child.onError(e -> outcome.complete("error " + e.reason()));
        child.onSpawn(() -> outcome.complete(RAN));
        return outcome.join();
    }

    static final class HasNoneLeft {
        private static final Deque<CountDownLatch> HELD = new ArrayDeque<>();

        private HasNoneLeft() {}

        public static void main(String[] arguments) throws IOException {
            EventThread.Hold hold = EventThread.get().hold();
            // Loads what a start needs.
            end(ChildProcess.spawn("sleep", "1000"));
            end(ChildProcess.fork(SpawnOptions.of("sleep", "1000")));
            end(ChildProcess.spawn("no-such-program-anywhere"));
            takeAll();
            for (int free = 0; free <= SURELY_ENOUGH; free++) {
                System.out.println("with " + free + " free: " + end(ChildProcess.spawn("sleep", "1000")));
                System.out.println(
                        "with " + free + " free: " + end(ChildProcess.fork(SpawnOptions.of("sleep", "1000"))));
                HELD.remove().countDown();
            }
            hold.close();
            awaitEndOfEvents();
            takeAll();
            CompletableFuture<Void> told = new CompletableFuture<>();
            EventThread.get().enqueue(() -> told.complete(null));
            HELD.forEach(CountDownLatch::countDown);
            told.join();
            System.out.println("told later");
            System.out.println("children: " + ProcessHandle.current().children().count());
        }

        private static String end(ChildProcess child) {
            String outcome = outcome(child);
            if (outcome.equals(RAN)) {
                CompletableFuture<Void> closed = new CompletableFuture<>();
                child.onExit(status -> closed.complete(null));
                child.kill(Signal.KILL);
                closed.join();
            }
            return outcome;
        }

        /** Whatever others have left, too: until there is none. */
        private static void takeAll() {
            try {
                while (true) {
                    CountDownLatch end = new CountDownLatch(1);
                    Thread thread = new Thread(() -> await(end));
                    thread.setDaemon(true);
                    thread.start();
                    HELD.add(end);
                }
            } catch (OutOfMemoryError e) {
                // That was the last one.
            }
        }

        private static void await(CountDownLatch end) {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private static void awaitEndOfEvents() {
            Thread[] threads = new Thread[1000];
            int count = Thread.enumerate(threads);
            Stream.of(threads)
                    .limit(count)
                    .filter(each -> each.getName().equals(EventThread.NAME))
                    .forEach(each -> {
                        try {
                            each.join();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    });
        }
    }

    static final class StartsMany {
        private static final int STARTS = 60;

        private StartsMany() {}

        public static void main(String[] arguments) throws Exception {
            EventThread.Hold hold = EventThread.get().hold();
            List<ChildProcess> running = new ArrayList<>();
            for (int count = 0; count < STARTS; count++) {
                ChildProcess child = ChildProcess.spawn("sleep", "1000");
                String outcome = outcome(child);
                System.out.println(outcome);
                if (outcome.equals(RAN)) {
                    running.add(child);
                }
            }
            List<Long> mine = running.stream().map(ChildProcess::pid).toList();
            // One whose exit could not be waited for has been sent KILL, and its own reaper takes a moment.
            List<Long> others = others(mine);
            for (int tries = 0; tries < 1000 && !others.isEmpty(); tries++) {
                new CountDownLatch(1).await(10, java.util.concurrent.TimeUnit.MILLISECONDS);
                others = others(mine);
            }
            System.out.println("running without a parent: " + others);
            running.forEach(ChildProcess::close);
            hold.close();
        }

        private static List<Long> others(List<Long> mine) {
            return ProcessHandle.current()
                    .children()
                    .map(ProcessHandle::pid)
                    .filter(pid -> !mine.contains(pid))
                    .toList();
        }
    }
}
