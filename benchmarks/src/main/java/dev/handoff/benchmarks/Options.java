package dev.handoff.benchmarks;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What the command line asks for.
 *
 * @param rounds starts of each system, at least 1
 * @param turns of each system in a round, at least 1
 * @param seconds length of a measurement, at least 1
 * @param warmUp seconds of each load before a round's first measurement, at least 1: a JVM that has just been started spends most
 *     of its time in the compiler
 * @param connections connections open at a time, at least 1
 * @param only names of the systems to run; empty: all that are installed
 * @param out the directory for the results
 */
record Options(int rounds, int turns, int seconds, int warmUp, int connections, List<String> only, Path out) {
    /** What {@code --help} prints. */
    static final String USAGE = """
            java -cp benchmarks/target/benchmarks.jar dev.handoff.benchmarks.SideBySide [OPTION...]
              --rounds N        starts of each system (5)
              --turns N         turns of each system in a round (3)
              --seconds N       length of each measurement (3)
              --warm-up N       seconds of each load before the first (15)
              --connections N   connections open at a time (64)
              --only A,B        these systems alone: %s
              --out DIR         where the results go (benchmarks/results)
            Exit status: 0 all claims hold, 1 one is missed, 2 wrong option, 3 the run failed.
            """.formatted(String.join(", ", Contenders.names()));

    private static final Options DEFAULTS = new Options(5, 3, 3, 15, 64, List.of(), Path.of("benchmarks", "results"));

    Options {
        only = List.copyOf(only);
    }

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException if it holds an option or a value that is none, with a sentence for the user
     */
    static Options parse(String... arguments) {
        Options options = DEFAULTS;
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        while (!rest.isEmpty()) {
            String option = rest.remove();
            if (rest.isEmpty()) {
                throw new IllegalArgumentException(option + " is no option, or lacks its value");
            }
            options = options.with(option, rest.remove());
        }
        return options;
    }

    private Options with(String option, String value) {
        return switch (option) {
            case "--rounds" -> new Options(count(option, value), turns, seconds, warmUp, connections, only, out);
            case "--turns" -> new Options(rounds, count(option, value), seconds, warmUp, connections, only, out);
            case "--seconds" -> new Options(rounds, turns, count(option, value), warmUp, connections, only, out);
            case "--warm-up" -> new Options(rounds, turns, seconds, count(option, value), connections, only, out);
            case "--connections" -> new Options(rounds, turns, seconds, warmUp, count(option, value), only, out);
            case "--only" -> new Options(rounds, turns, seconds, warmUp, connections, names(value), out);
            case "--out" -> new Options(rounds, turns, seconds, warmUp, connections, only, Path.of(value));
            default -> throw new IllegalArgumentException(option + " is no option");
        };
    }

    private static int count(String option, String value) {
        if (!value.matches("[1-9]\\d{0,5}")) {
            throw new IllegalArgumentException(option + " takes a whole number from 1 to 999999, not " + value);
        }
        return Integer.parseInt(value);
    }

    private static List<String> names(String value) {
        List<String> names = List.of(value.split(",", -1));
        List<String> known = Contenders.names();
        names.stream().filter(name -> !known.contains(name)).findFirst().ifPresent(unknown -> {
            throw new IllegalArgumentException(unknown + " is no system; there are " + String.join(", ", known));
        });
        return names;
    }
}
