package dev.handoff.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A contender that answers on a port of loopback. Closing it ends its whole process tree. */
final class RunningServer implements AutoCloseable {
    private static final String ANSWER = "Hello world\n";
    private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long STOP_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long POLL_MILLIS = 50;

    private final Path directory;
    private final Process process;
    private final URI target;
    private final Thread orphanGuard = new Thread(this::kill, "orphan-guard");

    private RunningServer(Path directory, Process process, URI target) {
        this.directory = directory;
        this.process = process;
        this.target = target;
        Runtime.getRuntime().addShutdownHook(orphanGuard);
    }

    /**
     * Starts a contender and waits until it answers as agreed.
     *
     * @throws BenchmarkException if it does not within 30 s, with what it printed
     */
    static RunningServer start(Contender contender) {
        try {
            Path directory = Files.createTempDirectory("side-by-side-" + contender.name() + "-");
            int port = freePort();
            Process process = new ProcessBuilder(contender.launch().command(port, directory))
                    .redirectErrorStream(true)
                    .redirectOutput(output(directory))
                    .start();
            RunningServer server =
                    new RunningServer(directory, process, URI.create("http://127.0.0.1:" + port + "/plaintext"));
            server.awaitAnswer(contender);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start " + contender.label(), e);
        }
    }

    /** Where it answers. */
    URI target() {
        return target;
    }

    /** Its processes. */
    ProcessTree processes() {
        return new ProcessTree(process.toHandle());
    }

    /** The process that is told by signals. */
    long pid() {
        return process.pid();
    }

    private void awaitAnswer(Contender contender) throws IOException {
        long deadline = System.nanoTime() + START_LIMIT_NANOS;
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                String printed = Files.readString(output(directory).toPath());
                close();
                throw new BenchmarkException(
                        "%s did not answer at %s. It printed:%n%s".formatted(contender.label(), target, printed));
            }
            pause();
        }
    }

    private boolean answers() throws IOException {
        HttpURLConnection connection = (HttpURLConnection) target.toURL().openConnection();
        try {
            String body = new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!body.equals(ANSWER)) {
                throw new BenchmarkException(target + " answered with another text than the others: " + body);
            }
            return true;
        } catch (ConnectException notYet) {
            return false;
        } finally {
            connection.disconnect();
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> members = processes().members().toList();
        process.destroy();
        if (!ended(members)) {
            members.forEach(ProcessHandle::destroyForcibly);
            if (!ended(members)) {
                throw new BenchmarkException("Processes outlive SIGKILL and would disturb the next turn: " + members);
            }
        }
        delete(directory);
    }

    private static boolean ended(List<ProcessHandle> members) {
        long deadline = System.nanoTime() + STOP_LIMIT_NANOS;
        while (members.stream().anyMatch(ProcessHandle::isAlive)) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            pause();
        }
        return true;
    }

    private void kill() {
        processes().members().toList().forEach(ProcessHandle::destroyForcibly);
    }

    private static File output(Path directory) {
        return directory.resolve("output.txt").toFile();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Waits a moment. */
    static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchmarkException("Interrupted while waiting for a server", e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete " + directory, e);
        }
    }
}
