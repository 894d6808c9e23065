package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.child.ChildHandle;
import dev.handoff.launch.LaunchSpec;
import dev.handoff.launch.WorkerLauncher;
import dev.handoff.process.Signal;
import dev.handoff.unix.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcStatusTest {

    @Test
    void fieldsAreCountedBehindAnyName(@TempDir Path proc) throws Exception {
        write(proc, "stat", "7 (a) b (x) 9) T 1 2 3 4 5 6 7 8 9 10 150 25 13 14 15 16 17 18 98765 20 21\n");
        write(proc, "status", "Name:\ta) b\nTracerPid:\t42\nVmRSS:\t    2048 kB\n");
        write(proc, "task/7/schedstat", "100 5000000 3\n");
        write(proc, "task/8/schedstat", "100 9000000 3\n");
        Files.createDirectories(proc.resolve("task/9"));
        ProcStatus status = ProcStatus.read(proc, 7).orElseThrow();
        assertThat(status)
                .isEqualTo(new ProcStatus(
                        7,
                        'T',
                        Duration.ofMillis(1750),
                        98765,
                        42,
                        2048 * 1024,
                        Map.of(7L, Duration.ofMillis(5), 8L, Duration.ofMillis(9))));
        assertThat(status.isStopped()).isTrue();
        assertThat(status.isTraced()).isTrue();
        assertThat(status).hasToString("state T, 1750 ms of processor time, 2 MiB");
    }

    @Test
    void theLongestWaitOfOneThreadCounts() {
        ProcStatus earlier = status(100, Map.of(1L, 10, 2L, 50));
        ProcStatus later = status(130, Map.of(1L, 40, 2L, 60, 3L, 25));
        assertThat(later.runDelaySince(earlier)).isEqualTo(Duration.ofMillis(30));
        assertThat(later.cpuSince(earlier)).isEqualTo(Duration.ofMillis(30));
        assertThat(status(0, Map.of()).runDelaySince(earlier)).isZero();
    }

    @Test
    void aLiveProcessIsRead() {
        long pid = ProcessHandle.current().pid();
        ProcStatus first = ProcStatus.read(pid).orElseThrow();
        ProcStatus second = ProcStatus.read(pid).orElseThrow();
        assertThat(first.isSameProcess(second)).isTrue();
        assertThat(first.rssBytes()).isPositive();
        assertThat(first.startTicks()).isPositive();
        assertThat(second.cpuSince(first)).isGreaterThanOrEqualTo(Duration.ZERO);
    }

    @Test
    void aStoppedProcessIsSeenAsStoppedAndAnEndedOneIsNotSeen() throws Exception {
        ChildHandle child = new WorkerLauncher(Signals::send)
                .launch(new LaunchSpec(1, List.of("/bin/sleep", "60"), Optional.empty(), Map.of()))
                .child();
        try {
            child.signal(Signal.STOP);
            await().until(() -> ProcStatus.read(child.pid()).orElseThrow().isStopped());
        } finally {
            child.signal(Signal.KILL);
        }
        child.onExit().join();
        assertThat(ProcStatus.read(child.pid())).isEmpty();
    }

    private static ProcStatus status(int cpuMillis, Map<Long, Integer> delays) {
        Map<Long, Duration> runDelays = new HashMap<>();
        delays.forEach((thread, millis) -> runDelays.put(thread, Duration.ofMillis(millis)));
        return new ProcStatus(7, 'S', Duration.ofMillis(cpuMillis), 1, 0, 0, runDelays);
    }

    private static void write(Path proc, String name, String text) throws IOException {
        Path file = proc.resolve(name);
        Files.createDirectories(proc.resolve(name).resolveSibling("."));
        Files.writeString(file, text);
    }
}
