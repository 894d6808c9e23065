package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.sample.client.Answer;
import dev.handoff.sample.client.Behaviour;
import dev.handoff.sample.client.Load;
import dev.handoff.sample.client.StrictConnection;
import dev.handoff.sample.programs.NettyPrograms;
import dev.handoff.sample.programs.NettyPrograms.Which;
import dev.handoff.sample.rig.Certificate;
import dev.handoff.sample.rig.ClusterBuilder;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.LoadAssert;
import dev.handoff.sample.rig.RunningCluster;
import io.netty.example.http.snoop.HttpSnoopServerInitializer;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.activation.MimetypesFileTypeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Pipelines of a program's own with Netty's codecs in them, those of Netty's examples above all, lose nothing in a roll. */
class NettyPipelinesIT {
    private static final String HELLO = "Hello World";
    private static final String FILE = "served from a file\n";

    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    private static final Map<Which, Integer> PORTS = new EnumMap<>(Which.class);

    @TempDir
    static Path directory;

    private static Certificate certificate;
    private static RunningCluster cluster;
    private final List<Load> loads = new ArrayList<>();

    @BeforeAll
    static void startCluster() throws Exception {
        certificate = Certificate.in(directory);
        cluster = CLUSTERS.launch(aCluster()
                .main(
                        NettyPrograms.class.getName(),
                        List.of(
                                ClusterBuilder.app(),
                                homeOf(NettyPrograms.class),
                                homeOf(HttpSnoopServerInitializer.class),
                                homeOf(MimetypesFileTypeMap.class)),
                        "ports",
                        certificate.chain(),
                        certificate.key()));
        await("it serves").until(() -> Files.exists(cluster.file("ports")));
        for (String line : Files.readAllLines(cluster.file("ports"))) {
            String[] words = line.split(" ", -1);
            PORTS.put(Which.valueOf(words[0]), Integer.valueOf(words[1]));
        }
        Files.writeString(cluster.file("file.txt"), FILE);
        await("two workers").until(() -> cluster.workers().size() == 2);
    }

    private static Path homeOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    @AfterEach
    void endLoads() {
        loads.forEach(Load::close);
    }

    private static int port(Which which) {
        return Objects.requireNonNull(PORTS.get(which));
    }

    private Load on(Which which) {
        return begun(Load.on(port(which)));
    }

    private Load onTls(Which which) {
        return begun(Load.on(port(which), certificate.client()));
    }

    private Load begun(Load load) {
        loads.add(load);
        return load;
    }

    // --- under load -------------------------------------------------------------------------------------------------

    @Test
    @Tag("core")
    void rollsLoseNothing() throws IOException {
        rollsLoseNothing(2);
    }

    @Test
    @Tag("slow")
    void tenRollsLoseNothing() throws IOException {
        rollsLoseNothing(10);
    }

    private void rollsLoseNothing(int rolls) throws IOException {
        on(Which.OWN)
                .with(2, Behaviour.NEW)
                .with(3, Behaviour.KEEP_ALIVE)
                .with(2, Behaviour.PIPELINED)
                .with(3, Behaviour.SLOW_POST)
                .with(2, Behaviour.HALF_BODY)
                .with(2, Behaviour.HALF_HEAD)
                .with(2, Behaviour.SILENT_THEN_SEND)
                .with(2, Behaviour.IDLE_THEN_SEND)
                .with(1, Behaviour.EARLY_CLOSE);
        on(Which.HELLO)
                .getting("/", HELLO)
                .with(1, Behaviour.NEW)
                .with(3, Behaviour.KEEP_ALIVE)
                .with(2, Behaviour.HALF_HEAD)
                .with(2, Behaviour.IDLE_THEN_SEND);
        on(Which.SNOOP)
                .getting("/snoop?a=b", snooped())
                .with(3, Behaviour.KEEP_ALIVE)
                .with(2, Behaviour.IDLE_THEN_SEND);
        on(Which.FILE).getting("/file.txt", FILE).with(3, Behaviour.KEEP_ALIVE).with(2, Behaviour.IDLE_THEN_SEND);
        on(Which.WEB_SOCKET).with(3, Behaviour.SHOUTING_WEB_SOCKET);
        onTls(Which.HELLO_OVER_TLS)
                .getting("/", HELLO)
                .with(1, Behaviour.NEW)
                .with(2, Behaviour.KEEP_ALIVE)
                .with(1, Behaviour.IDLE_THEN_SEND);
        onTls(Which.HTTP_2_OVER_TLS).with(2, Behaviour.HTTP_2);
        onTls(Which.CHAT_OVER_TLS).with(2, Behaviour.CHAT_LINES);
        for (int roll = 0; roll < rolls; roll++) {
            cluster.roll();
        }
        for (Load load : loads) {
            LoadAssert.assertThat(load.stop(), cluster).lostNothing();
        }
    }

    private String snooped() throws IOException {
        try (StrictConnection client = StrictConnection.to(port(Which.SNOOP))) {
            return client.get("/snoop?a=b").text();
        }
    }

    // --- the same connections
    // -----------------------------------------------------------------------------------------

    @Test
    void connectionsOfPlainHttpGoOnInOtherWorkers() throws IOException {
        List<StrictConnection> clients = new ArrayList<>();
        try {
            for (Which which : List.of(Which.OWN, Which.HELLO, Which.SNOOP, Which.FILE)) {
                for (int i = 0; i < 20; i++) {
                    clients.add(StrictConnection.to(port(which)));
                }
            }
            for (int i = 0; i < clients.size(); i += 2) {
                mustStay(clients.get(i).get("/file.txt"));
            }
            for (int roll = 0; roll < 2; roll++) {
                for (StrictConnection client : clients) {
                    client.send("GET /file.txt HT");
                }
                cluster.roll();
                for (StrictConnection client : clients) {
                    client.send("TP/1.1\r\nHost: strict\r\n\r\n");
                    mustStay(client.answer());
                }
            }
        } finally {
            for (StrictConnection client : clients) {
                client.close();
            }
        }
    }

    private static void mustStay(Answer answer) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Connection")).isNotEqualToIgnoringCase("close");
        assertThat(answer.text().getBytes(US_ASCII)).isNotEmpty();
    }
}
