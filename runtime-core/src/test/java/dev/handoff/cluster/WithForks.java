package dev.handoff.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.ObedientWorker.Order;
import dev.handoff.process.ChildProcess;
import dev.handoff.process.Signal;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import dev.handoff.process.Subscription;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A master that forks obedient workers, in the test's own JVM. */
abstract class WithForks {
    static final Duration SOON = Duration.ofSeconds(60);

    final ForkingCluster cluster = Cluster.master();
    final List<String> events = new CopyOnWriteArrayList<>();
    final List<Subscription> subscriptions = new ArrayList<>();
    private final List<Socket> clients = new ArrayList<>();

    static SpawnOptions small(SpawnOptions options) {
        return options.jvmArgs("-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    }

    @BeforeEach
    void forkObedientWorkers() {
        cluster.setupMaster(
                settings -> small(SpawnOptions.ofMain(ObedientWorker.class)).stdio(Stdio.inherit()));
    }

    @AfterEach
    void leaveNothing() throws IOException {
        subscriptions.forEach(Subscription::close);
        for (Socket client : clients) {
            client.close();
        }
        cluster.workers().values().forEach(worker -> worker.kill(Signal.KILL));
        await().until(() -> cluster.workers().isEmpty());
        cluster.disconnect().join();
    }

    final ForkedWorker fork() {
        return fork(Map.of());
    }

    final ForkedWorker fork(Map<String, String> env) {
        return cluster.fork(env);
    }

    static String ask(ForkedWorker worker, String verb, String text, int number) {
        return worker.request(new Order(verb, text, number), String.class, SOON).join();
    }

    static String ask(ForkedWorker worker, String verb) {
        return ask(worker, verb, "", 0);
    }

    static void order(ForkedWorker worker, String verb, int number) {
        worker.send(new Order(verb, "", number));
    }

    static String listen(ForkedWorker worker, String how) {
        return ask(worker, "listen", how, 0);
    }

    static int port(String address) {
        assertThat(address).matches(".*:[0-9]+");
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** A limit at which it can open nothing more. */
    static int lowestFree(ForkedWorker worker) {
        return IntStream.range(0, 1024)
                .filter(number ->
                        Files.notExists(Path.of("/proc/" + worker.pid() + "/fd/" + number), LinkOption.NOFOLLOW_LINKS))
                .findFirst()
                .orElseThrow();
    }

    static void limitDescriptors(ForkedWorker worker, int most) {
        ChildProcess.execFileSync("prlimit", "--pid", Long.toString(worker.pid()), "--nofile=" + most + ":");
    }

    final Socket connect(int port) throws IOException {
        Socket client = new Socket();
        clients.add(client);
        client.setSoTimeout((int) SOON.toMillis());
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) SOON.toMillis());
        return client;
    }

    /** The id of the worker that serves a connection; "" if it is closed without a word. */
    static String greeting(Socket client) throws IOException {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
        String line = reader.readLine();
        return line == null ? "" : line;
    }

    final String greeting(int port) throws IOException {
        return greeting(connect(port));
    }

    final void note(ForkedWorker worker) {
        worker.onOnline(() -> events.add("online"));
        worker.onListening(address -> events.add("listening"));
        worker.onLeaving(() -> events.add("leaving"));
        worker.onDisconnect(() -> events.add("disconnect"));
        worker.onExit(status -> events.add("exit " + status));
    }

    final void noteCluster() {
        subscriptions.add(cluster.onFork(worker -> events.add("cluster fork " + worker.id())));
        subscriptions.add(cluster.onOnline(worker -> events.add("cluster online")));
        subscriptions.add(cluster.onListening((worker, address) -> events.add("cluster listening")));
        subscriptions.add(cluster.onReady(worker -> events.add("cluster ready")));
        subscriptions.add(cluster.onLeaving(worker -> events.add("cluster leaving")));
        subscriptions.add(cluster.onDisconnect(worker -> events.add("cluster disconnect")));
        subscriptions.add(cluster.onExit((worker, status) -> events.add("cluster exit " + status)));
    }

    final void awaitGone(ForkedWorker worker) {
        await().until(() -> !cluster.workers().containsKey(worker.id()));
    }

    final void awaitEvent(String event) {
        await().until(() -> events.contains(event));
    }
}
