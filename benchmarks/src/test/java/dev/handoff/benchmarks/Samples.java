package dev.handoff.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Results as a run of two rounds might have brought them. */
final class Samples {
    static final Contender HANDOFF = contender(Contenders.HANDOFF, "Handoff");
    static final Contender NETTY = contender(Contenders.NETTY, "Netty");
    static final Contender NODE = contender(Contenders.NODE, "Node <cluster> & co.");

    private Samples() {}

    /** Per connection 40 and 44 µs for Handoff, 34 and 36 for Netty, 150 and 170 for Node. */
    static Results results() {
        return new Results(Stream.of(
                        round(1, HANDOFF, 400, 20_000),
                        round(1, NETTY, 340, 24_000),
                        round(1, NODE, 1_500, 9_000),
                        round(2, NODE, 1_700, 8_000),
                        round(2, NETTY, 360, 22_000),
                        round(2, HANDOFF, 440, 19_000))
                .flatMap(List::stream)
                .toList());
    }

    private static List<Measurement> round(int round, Contender contender, long cpuMillis, double rate) {
        CpuTimes cpu = new CpuTimes(Duration.ofMillis(cpuMillis), Duration.ofMillis(10L * round));
        return List.of(
                new Measurement(contender, Load.CLOSE, round, 1, new WrkResult(10_000, rate), cpu),
                new Measurement(contender, Load.KEEP_ALIVE, round, 1, new WrkResult(50_000, 5 * rate), cpu));
    }

    private static Contender contender(String name, String label) {
        return new Contender(name, label, "sh", (port, directory) -> List.of("sh"));
    }
}
