package dev.handoff.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.unix.ChildJvm;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Children of a process that has hardly a descriptor left. */
@Timeout(90)
class DescriptorShortageTest {
    private static final String FAILED = "[error, close exit code 127], no stdout";
    private static final String RAN = "[exit exit code 0, close exit code 0]";

    /**
     * Six are for our pipes, and eight a start needs for a moment. Two less than too few, because the JVM has files of its own
     * open now and then.
     */
    private static final int SURELY_TOO_FEW = 11;

    /** With all numbers between, too. */
    private static final int SURELY_ENOUGH = 24;

    @Test
    @NodeTest("test-child-process-emfile.js")
    void aSpawnWithoutDescriptorsHasAnErrorAndCloseAndLeavesNothingOpen() throws Exception {
        List<String> limit = List.of("sh", "-c", "ulimit -n 200; exec \"$@\"", "sh");
        try (ChildJvm child = ChildJvm.start(limit, Map.of(), HasNoneLeft.class)) {
            List<String> lines = child.output().lines().toList();
            List<String> failures = lines.subList(0, 2 * (SURELY_TOO_FEW + 1));
            assertThat(failures.get(0)).isEqualTo("spawn with 0 free: " + FAILED);
            assertThat(failures.get(1)).isEqualTo("fork with 0 free: " + FAILED);
            assertThat(failures).allMatch(line -> line.endsWith(FAILED));
            List<String> border = lines.subList(failures.size(), 2 * (SURELY_ENOUGH + 1));
            assertThat(border).allMatch(line -> line.endsWith(FAILED) || line.endsWith(RAN));
            assertThat(border.get(border.size() - 1)).isEqualTo("fork with " + SURELY_ENOUGH + " free: " + RAN);
            assertThat(lines.get(lines.size() - 1)).isEqualTo("left open: {}");
            assertThat(lines.get(lines.size() - 2)).isEqualTo("spawn later: " + RAN);
        }
    }

    static final class HasNoneLeft {
        private HasNoneLeft() {}

        public static void main(String[] arguments) throws IOException {
            // Loads what a start needs: later there is no descriptor for that either.
            outcome(ChildProcess.spawn("true"));
            outcome(ChildProcess.fork(SpawnOptions.of("true")));
            outcome(ChildProcess.spawn("no-such-program-anywhere"));
            Map<String, Long> before = open();
            Deque<FileInputStream> held = new ArrayDeque<>();
            takeAll(held);
            for (int free = 0; free <= SURELY_ENOUGH; free++) {
                String with = " with " + free + " free: ";
                System.out.println("spawn" + with + outcome(ChildProcess.spawn("true")));
                System.out.println("fork" + with + outcome(ChildProcess.fork(SpawnOptions.of("true"))));
                held.remove().close();
            }
            while (!held.isEmpty()) {
                held.remove().close();
            }
            System.out.println("spawn later: " + outcome(ChildProcess.spawn("true")));
            Map<String, Long> more = open();
            // Files, such as jars, are opened by the JVM when it pleases.
            more.entrySet()
                    .removeIf(each ->
                            each.getKey().startsWith("/") || each.getValue() <= before.getOrDefault(each.getKey(), 0L));
            System.out.println("left open: " + more);
        }

        private static void takeAll(Deque<FileInputStream> held) {
            try {
                while (true) {
                    held.add(new FileInputStream("/dev/null"));
                }
            } catch (IOException e) {
                // That was the last one.
            }
        }

        private static String outcome(ChildProcess child) {
            List<String> events = new CopyOnWriteArrayList<>();
            CompletableFuture<Void> closed = new CompletableFuture<>();
            child.onError(e -> events.add("error"));
            child.onExit(status -> events.add("exit " + status));
            child.onClose(status -> {
                events.add("close " + status);
                closed.complete(null);
            });
            closed.join();
            return events + stdout(child);
        }

        private static String stdout(ChildProcess child) {
            try {
                child.stdout().stream().close();
                return "";
            } catch (IllegalStateException e) {
                return ", no stdout";
            } catch (IOException e) {
                return ", " + e;
            }
        }

        private static Map<String, Long> open() throws IOException {
            try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
                return all.map(HasNoneLeft::kind)
                        .collect(Collectors.groupingBy(kind -> kind, TreeMap::new, Collectors.counting()));
            }
        }

        private static String kind(Path link) {
            try {
                return Files.readSymbolicLink(link).toString().replaceFirst(":\\[\\d+]$", "");
            } catch (IOException e) {
                return "gone";
            }
        }
    }
}
