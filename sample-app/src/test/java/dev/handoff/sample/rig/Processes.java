package dev.handoff.sample.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the kernel says of processes, their descriptors and their ports: proc(5). */
public final class Processes {
    private static final Path PROC = Path.of("/proc");
    private static final String LISTENING = "0A";
    private static final int LOCAL_ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;
    private static final int UNIX_INODE = 6;

    private Processes() {}

    /**
     * A line of {@code /proc/PID/stat}.
     *
     * @param name of the thread that started the program; {@code java} as soon as a JVM runs in it
     * @param state R, S, D, T (stopped), Z (ended, not waited for)
     */
    record Stat(long pid, String name, char state, long parent, long session) {
        static Optional<Stat> of(Path directory) {
            return read(directory.resolve("stat")).map(Stat::parse);
        }

        private static Stat parse(String line) {
            int open = line.indexOf('(');
            int close = line.lastIndexOf(')');
            String[] fields = line.substring(close + 2).split(" ", -1);
            return new Stat(
                    Long.parseLong(line.substring(0, open - 1)),
                    line.substring(open + 1, close),
                    fields[0].charAt(0),
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[3]));
        }

        boolean isAlive() {
            return state != 'Z';
        }

        boolean isWorkerOf(long master) {
            // Between fork and exec a child is its parent still, by all but its number.
            return parent == master && isAlive() && name.equals("java");
        }
    }

    /** The workers of a master, by process id. */
    public static Set<Long> workersOf(long master) {
        return pids(stat -> stat.isWorkerOf(master));
    }

    /** Every process that was started in a session, whoever its parent is now. */
    public static Set<Long> ofSession(long leader) {
        return pids(stat -> stat.session() == leader && stat.isAlive());
    }

    /** Whether a process is there and has not ended. */
    public static boolean isAlive(long pid) {
        return Stat.of(PROC.resolve(Long.toString(pid))).filter(Stat::isAlive).isPresent();
    }

    /** Whether a process is stopped by a signal. */
    static boolean isStopped(long pid) {
        return Stat.of(PROC.resolve(Long.toString(pid)))
                .filter(stat -> stat.state() == 'T')
                .isPresent();
    }

    /** The words of a process's command line. */
    public static List<String> commandLine(long pid) {
        return List.of(read(PROC.resolve(Long.toString(pid)).resolve("cmdline"))
                .orElse("")
                .split("\0", -1));
    }

    /** The names of a process's threads. */
    public static List<String> threads(long pid) {
        try (Stream<Path> tasks = Files.list(PROC.resolve(Long.toString(pid)).resolve("task"))) {
            return tasks.flatMap(task -> read(task.resolve("comm")).stream())
                    .map(String::strip)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the threads of process " + pid, e);
        }
    }

    private static Set<Long> pids(Predicate<Stat> which) {
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(PROC, "[0-9]*")) {
            Set<Long> pids = new TreeSet<>();
            for (Path directory : directories) {
                Stat.of(directory).filter(which).ifPresent(stat -> pids.add(stat.pid()));
            }
            return pids;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the processes", e);
        }
    }

    /** What each open descriptor of a process is, in order: a path, or {@code socket:[inode]} and the like. */
    public static List<String> descriptors(long pid) {
        List<String> descriptors = new ArrayList<>();
        Path directory = PROC.resolve(Long.toString(pid)).resolve("fd");
        try (DirectoryStream<Path> links = Files.newDirectoryStream(directory)) {
            for (Path link : links) {
                target(link).ifPresent(descriptors::add);
            }
        } catch (NoSuchFileException ended) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the descriptors of process " + pid, e);
        }
        descriptors.sort(null);
        return descriptors;
    }

    private static Optional<String> target(Path link) throws IOException {
        try {
            return Optional.of(Files.readSymbolicLink(link).toString());
        } catch (NoSuchFileException closedMeanwhile) {
            return Optional.empty();
        }
    }

    /** The TCP ports on which a process listens. */
    static Set<Integer> portsOf(long pid) {
        Set<String> sockets = Set.copyOf(descriptors(pid));
        return listening()
                .filter(fields -> sockets.contains(socket(fields[INODE])))
                .map(fields -> fields[LOCAL_ADDRESS])
                .map(address -> Integer.parseInt(address.substring(address.lastIndexOf(':') + 1), 16))
                .collect(Collectors.toSet());
    }

    /** Whether one of these descriptors is a client's connection: neither a Unix socket nor one to listen on. */
    static boolean isConnectionAmong(List<String> descriptors) {
        Set<String> others = Stream.concat(
                        listening().map(fields -> fields[INODE]), table("unix").map(fields -> fields[UNIX_INODE]))
                .map(Processes::socket)
                .collect(Collectors.toSet());
        return descriptors.stream().anyMatch(each -> each.startsWith("socket:") && !others.contains(each));
    }

    private static Stream<String[]> listening() {
        return Stream.of("tcp", "tcp6").flatMap(Processes::table).filter(fields -> fields[STATE].equals(LISTENING));
    }

    private static Stream<String[]> table(String protocol) {
        return read(PROC.resolve("net").resolve(protocol))
                .orElse("")
                .lines()
                .skip(1)
                .map(line -> line.strip().split("\\s+"));
    }

    private static String socket(String inode) {
        return "socket:[" + inode + "]";
    }

    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException ended) {
            return Optional.empty();
        } catch (IOException e) {
            // A process that ends while it is looked at: ESRCH, for which there is no exception of its own.
            if (!Files.exists(file.getParent())) {
                return Optional.empty();
            }
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
