package dev.handoff.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The systems that are compared. Each has two workers, or two event loops, and answers {@code GET /plaintext} with the same
 * twelve bytes, their type, their length and the date.
 */
final class Contenders {
    /** The yardstick for what the hand-off costs. */
    static final String NETTY = "netty";

    /** What Handoff wants to be instead of. */
    static final String NODE = "node-rr";

    /** The system that the claims are about. */
    static final String HANDOFF = "handoff-rr";

    /** What is there on most machines. */
    static final String NGINX = "nginx";

    /** The flags of every JVM in the comparison. */
    static final List<String> JVM_FLAGS = List.of("-Xms128m", "-Xmx128m", "-XX:+UseSerialGC");

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private Contenders() {}

    /** All of them, in the order of the tables. */
    static List<Contender> all() {
        return List.of(
                java(HANDOFF, "Handoff, round robin, 2 workers", HandoffServer.class, "round-robin"),
                java("handoff-shared", "Handoff, shared listener, 2 workers", HandoffServer.class, "shared"),
                java(NETTY, "Netty, one JVM, 2 event loops", NettyServer.class),
                node(NODE, "Node cluster, round robin, 2 workers", "rr"),
                node("node-none", "Node cluster, SCHED_NONE, 2 workers", "none"),
                new Contender(NGINX, "nginx, 2 workers", "nginx", Contenders::nginx));
    }

    /** The names of all. */
    static List<String> names() {
        return all().stream().map(Contender::name).toList();
    }

    private static Contender java(String name, String label, Class<?> main, String... arguments) {
        return new Contender(name, label, JAVA.toString(), (port, directory) -> java(main, port, arguments));
    }

    private static List<String> java(Class<?> main, int port, String... arguments) {
        List<String> command = new ArrayList<>(List.of(JAVA.toString()));
        command.addAll(JVM_FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName(), "" + port));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Contender node(String name, String label, String policy) {
        return new Contender(name, label, "node", (port, directory) -> {
            Path script = write(directory.resolve("cluster.js"), resource("cluster.js"));
            return List.of("node", script.toString(), "" + port, policy);
        });
    }

    private static List<String> nginx(int port, Path directory) {
        Path configuration =
                write(directory.resolve("nginx.conf"), resource("nginx.conf").replace("PORT", "" + port));
        return List.of("nginx", "-p", directory.toString(), "-c", configuration.toString(), "-e", "stderr");
    }

    private static String resource(String name) {
        try (InputStream in = Contenders.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the class path beside " + Contenders.class);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + name + " from the class path", e);
        }
    }

    private static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }
}
