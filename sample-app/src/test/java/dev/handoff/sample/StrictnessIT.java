package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.netty.http.RequestCase;
import dev.handoff.sample.client.StrictConnection;
import dev.handoff.sample.programs.Recording;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.RunningCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What could be read in two ways is refused by a cluster as it is by one connection, even if two workers read it. */
class StrictnessIT {
    /** One that was refused before its second half is sent says nothing of the second worker. */
    private static final Pattern REFUSED_EARLY = Pattern.compile("(?s)\\W.*|\r?\n.*|.*[^\r]\n.*|.{1000,}");

    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    private static RunningCluster cluster;

    @BeforeAll
    static void startCluster() {
        cluster = CLUSTERS.start(aCluster().main(Recording.class, "records"));
    }

    @Test
    void whatIsRightIsServedAndSoIsWhatComesBehindIt() throws IOException {
        for (RequestCase request : RequestCase.accepted()) {
            try (StrictConnection client = StrictConnection.to(cluster.port())) {
                client.send(request.bytes() + recorded("served"));
                assertThat(client.answer().status()).as(request.what()).isEqualTo(200);
                assertThat(client.answer().text()).as(request.what()).isEqualTo("recorded served\n");
            }
        }
        assertThat(records()).contains("served");
    }

    @Test
    void ambiguousRequestIsRefusedAndNothingBehindItIsServed() throws IOException {
        for (RequestCase request : RequestCase.refused()) {
            try (StrictConnection client = StrictConnection.to(cluster.port())) {
                client.send(request.bytes() + recorded("refused"));
                mustBeRefused(request, client);
            }
        }
        assertThat(records()).doesNotContain("refused");
    }

    @Test
    void ambiguousRequestIsRefusedByTheWorkerThatReadsItsEnd() throws IOException {
        Map<RequestCase, StrictConnection> clients = new LinkedHashMap<>();
        try {
            for (RequestCase request : RequestCase.refused()) {
                String begin = request.bytes().substring(0, request.headLength() / 2);
                if (!REFUSED_EARLY.matcher(begin).matches()) {
                    StrictConnection client = StrictConnection.to(cluster.port());
                    clients.put(request, client);
                    client.send(begin);
                }
            }
            assertThat(clients).hasSizeGreaterThan(200);
            cluster.roll();
            for (Map.Entry<RequestCase, StrictConnection> each : clients.entrySet()) {
                String rest = each.getKey().bytes().substring(each.getKey().headLength() / 2);
                each.getValue().send(rest + recorded("moved"));
                mustBeRefused(each.getKey(), each.getValue());
            }
        } finally {
            for (StrictConnection client : clients.values()) {
                client.close();
            }
        }
        assertThat(records()).doesNotContain("moved");
    }

    private static void mustBeRefused(RequestCase request, StrictConnection client) throws IOException {
        assertThat(client.answer().status()).as(request.what()).hasToString(request.expected());
        client.mustBreak();
    }

    private static String recorded(String id) {
        return "GET /record?id=" + id + " HTTP/1.1\r\nHost: t\r\n\r\n";
    }

    private static List<String> records() throws IOException {
        return Files.exists(cluster.file("records"))
                ? Files.readAllLines(cluster.file("records"), StandardCharsets.UTF_8)
                : List.of();
    }
}
