package dev.handoff.master;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.SupervisedCluster;
import dev.handoff.cluster.Worker;
import dev.handoff.master.TalkingWorker.Flooded;
import dev.handoff.master.TalkingWorker.Heard;
import dev.handoff.master.TalkingWorker.Order;
import dev.handoff.master.TalkingWorker.Soaked;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the workers of a real cluster say to each other through its master, and to it. */
@Timeout(60)
class MessagesTest {
    @TempDir
    static Path run;

    private static SupervisedCluster cluster;

    /** What a worker says to have heard, with the worker's id. */
    private record Report(int to, Heard heard) {}

    private final List<Report> reports = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void start() {
        cluster = Cluster.supervise(ClusterSettings.defaults()
                .with(Setting.WORKERS, 3)
                .with(Setting.RUN_DIRECTORY, run.toString())
                .listen(ListenOptions.address("127.0.0.1", 0))
                .main(TalkingWorker.class)
                .jvmArgs("-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void hear() {
        cluster.onMessage((worker, message) -> reports.add(new Report(worker.id(), message.as(Heard.class))));
    }

    private static Worker worker(int place) {
        return List.copyOf(cluster.workers().values()).get(place);
    }

    private static String order(Worker worker, String act, long to, String text) throws Exception {
        return worker.request(new Order(act, to, text), String.class, Duration.ofSeconds(30))
                .get(40, TimeUnit.SECONDS);
    }

    private static Report report(Worker to, String text, Worker from) {
        return new Report(to.id(), new Heard(text, from.id(), from.pid()));
    }

    @Test
    void nothingOfAWorkersRoleIsLeftForWhatItStarts() throws Exception {
        Worker worker = worker(0);
        Path process = Path.of("/proc", Long.toString(worker.pid()));
        assertThat(Files.readString(process.resolve("environ"), ISO_8859_1)).doesNotContain("HANDOFF_");
        assertThat(Files.readString(process.resolve("cmdline"), ISO_8859_1))
                .contains("-Dhandoff.role=")
                .as("the token")
                .doesNotContainPattern("[0-9a-f]{32}");
        try (Stream<Path> files = Files.walk(run)) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .contains("master.lock")
                    .noneMatch(name -> name.startsWith("role-"));
        }
    }

    @Test
    void aWorkerIsReachedByItsId() throws Exception {
        assertThat(order(worker(0), "send", worker(1).id(), "by id")).isEqualTo("sent");
        await().until(() -> reports.contains(report(worker(1), "by id", worker(0))));
    }

    @Test
    void aWorkerIsReachedByItsProcessId() throws Exception {
        assertThat(order(worker(2), "send", -worker(0).pid(), "by pid")).isEqualTo("sent");
        await().until(() -> reports.contains(report(worker(0), "by pid", worker(2))));
    }

    @Test
    void theOthersAreAllButTheSender() throws Exception {
        assertThat(order(worker(1), "send", 0, "to all")).isEqualTo("sent");
        await().until(() -> reports.size() == 2);
        assertThat(reports)
                .containsExactlyInAnyOrder(
                        report(worker(0), "to all", worker(1)), report(worker(2), "to all", worker(1)));
    }

    @Test
    void aQuestionFindsItsAnswerAcrossTheMaster() throws Exception {
        assertThat(order(worker(0), "ask", worker(2).id(), "who")).isEqualTo("echo who");
    }

    @Test
    void aQuestionThatNobodyAnswersEndsWithItsLimit() throws Exception {
        assertThat(order(worker(0), "ask", worker(1).id(), ""))
                .contains("TimeoutException", "worker " + worker(1).id() + " has not answered within PT0.001S");
    }

    @Test
    void whoIsNotThereIsNamed() throws Exception {
        assertThat(order(worker(0), "send", 99, "lost"))
                .contains("MessageException", "cannot pass a message of 6 bytes on to worker 99", "the workers are [");
        assertThat(order(worker(0), "ask", 99, "lost")).contains("MessageException", "worker 99");
        assertThat(order(worker(0), "send", -1, "lost")).contains("MessageException", "to pid 1: there is no pid 1");
    }

    @Test
    void aWorkerThatDoesNotReadHoldsBackItsSenderAlone() throws Exception {
        Worker sender = worker(1);
        Worker deaf = worker(2);
        Flooded flooded;
        try (ServerSocket ear = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ear.setSoTimeout(30_000);
            String closing = TalkingWorker.DEAF_UNTIL_CLOSED + ear.getLocalPort();
            assertThat(order(sender, "send", deaf.id(), closing)).isEqualTo("sent");
            try (Socket deafness = ear.accept()) {
                assertThat(deafness.isConnected()).isTrue();
                flooded = sender.request(new Order("flood", deaf.id(), ""), Flooded.class, Duration.ofSeconds(30))
                        .get(40, TimeUnit.SECONDS);
                assertThat(flooded.taken())
                        .as("16 MiB wait in each of the two that wait, less than 2 MiB elsewhere")
                        .isBetween(256, 2 * 256 + 32);
                assertThat(flooded.writable()).isFalse();
                assertThat(flooded.refusal()).contains("the limit is 16777216");
                assertThat(order(sender, "ask", worker(0).id(), "still there")).isEqualTo("echo still there");
                assertThat(List.of(whoServes(), whoServes(), whoServes()))
                        .as("connections are handed to all three, whatever messages wait for one")
                        .contains(deaf.pid());
            }
        }
        await().untilAsserted(() -> {
            Soaked soaked = deaf.request(new Order("soaked", 1, ""), Soaked.class, Duration.ofSeconds(30))
                    .get(40, TimeUnit.SECONDS);
            assertThat(soaked).isEqualTo(new Soaked(flooded.taken(), false));
        });
    }

    private static long whoServes() throws IOException {
        URI server = URI.create("http://127.0.0.1:" + cluster.addresses().get(0).port());
        try (InputStream answer = server.toURL().openStream()) {
            return Long.parseLong(new String(answer.readAllBytes(), US_ASCII));
        }
    }

    @Test
    void messagesOfOnePairStayInOrder() throws Exception {
        for (int number = 0; number < 500; number++) {
            worker(0).send(new Order("send", worker(1).id(), Integer.toString(number)));
        }
        await().until(() -> reports.size() == 500);
        assertThat(reports)
                .extracting(report -> report.heard().text())
                .containsExactlyElementsOf(
                        IntStream.range(0, 500).mapToObj(Integer::toString).toList());
    }
}
