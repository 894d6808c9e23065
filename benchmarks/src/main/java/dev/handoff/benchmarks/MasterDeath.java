package dev.handoff.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What the death of a master leaves behind, and for how long (claim C5). Its clients keep their connections, and ask until
 * they are cut; as soon as nothing is left, another one has to listen on the same port at the first try.
 */
final class MasterDeath {
    private static final int CLIENTS = 8;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private final ExecutorService clients;

    MasterDeath(ExecutorService clients) {
        this.clients = clients;
    }

    /** Kills a master under load. Gives the time from the kill until no process, socket or file of it is left. */
    Duration killOne() throws IOException, InterruptedException {
        Path run = Files.createTempDirectory("recovery-");
        int port = freePort();
        Process master = start(run, port);
        try {
            awaitWorkers(master, port);
            for (int client = 0; client < CLIENTS; client++) {
                clients.execute(() -> askUntilCut(port));
            }
            List<ProcessHandle> members =
                    new ProcessTree(master.toHandle()).members().toList();
            long begin = System.nanoTime();
            master.destroyForcibly();
            while (!isNothingLeft(members, run, port)) {
                pause(begin);
            }
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            bindAgain(port);
            Files.delete(run);
            return took;
        } finally {
            master.destroyForcibly();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Process start(Path run, int port) throws IOException {
        List<String> command = new ArrayList<>(List.of(JAVA.toString()));
        command.addAll(Contenders.JVM_FLAGS);
        command.addAll(List.of("-Dhandoff.run=" + run, "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(HandoffServer.class.getName(), "" + port, "round-robin"));
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void awaitWorkers(Process master, int port) throws InterruptedException {
        long begin = System.nanoTime();
        while (!answers(port) || master.children().count() < 2) {
            pause(begin);
        }
    }

    private static boolean answers(int port) {
        try (Client client = new Client(port)) {
            client.askOnce();
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static void askUntilCut(int port) {
        try (Client client = new Client(port)) {
            while (!Thread.interrupted()) {
                client.ask();
            }
        } catch (IOException cut) {
            // As it has to be.
            return;
        }
    }

    /** Who listens can be connected to: that is asked last, for the connection may be one that an orphan accepts. */
    private static boolean isNothingLeft(List<ProcessHandle> members, Path run, int port) throws IOException {
        if (members.stream().anyMatch(MasterDeath::runs)) {
            return false;
        }
        try (Stream<Path> files = Files.list(run)) {
            return files.findAny().isEmpty() && !answers(port);
        }
    }

    /** A process that no parent waits for stays as a zombie, which runs no more. */
    private static boolean runs(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc", "" + process.pid(), "stat"));
            return !stat.contains(") Z ");
        } catch (IOException gone) {
            return false;
        }
    }

    private static void bindAgain(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        }
    }

    private static void pause(long beginNanos) throws InterruptedException {
        if (System.nanoTime() - beginNanos > PATIENCE_NANOS) {
            throw new BenchmarkException("what has to happen after the death of a master does not");
        }
        TimeUnit.MILLISECONDS.sleep(5);
    }
}
