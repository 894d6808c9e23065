package dev.handoff.netty.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.rig.Heard;
import dev.handoff.netty.worker.TestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the Autobahn test suite says of our WebSockets: each of its cases is a connection of its fuzzing client's. This is its version
 * 0.5.6, in Jython; its cases of permessage-deflate came later, and need a Python that no JVM has: see {@link WebSocketDeflateTest}.
 */
@Tag("long")
class AutobahnTest {
    private static final int CASES = 301;
    private static final int LONGEST_MESSAGE = 16 * 1024 * 1024;

    /** An informational case looks at what the specification leaves open, as to what follows a close frame. */
    private static final Set<String> HELD = Set.of("OK", "INFORMATIONAL");

    /** What is allowed and might be better, with the reason. */
    private static final Map<String, String> NOT_STRICT = Map.of(
            "6.4.3", "a frame is looked at when it is whole, so its wrong text ends the WebSocket then and not before",
            "6.4.4", "as 6.4.3");

    @Test
    void everyCaseHolds(@TempDir Path directory) throws Exception {
        Http echo = Http.handler(request -> Response.webSocket(Heard::echo));
        try (TestServer server = TestServer.serving(echo.maxMessage(LONGEST_MESSAGE, LONGEST_MESSAGE))) {
            Map<String, String> verdicts = run(server.port(), directory);
            assertThat(verdicts).hasSize(CASES);
            verdicts.values().removeIf(HELD::contains);
            verdicts.replaceAll(
                    (name, verdict) -> verdict.equals("NON-STRICT") ? NOT_STRICT.getOrDefault(name, verdict) : verdict);
            assertThat(verdicts).isEqualTo(NOT_STRICT);
            server.awaitNoConnections();
        }
    }

    /** What it says of each case: how it went, and how the close went if that was worse. */
    private static Map<String, String> run(int port, Path directory) throws Exception {
        Files.writeString(directory.resolve("cases.json"), """
                {"outdir": "reports", "servers": [{"agent": "handoff", "url": "ws://127.0.0.1:%d"}],
                 "cases": ["*"], "exclude-cases": [], "exclude-agent-cases": {},
                 "options": {"failByDrop": false, "openHandshakeTimeout": 60}}
                """.formatted(port));
        Path log = directory.resolve("log");
        Process client = new ProcessBuilder(command())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(client.waitFor()).as(() -> read(log)).isZero();
        } finally {
            client.destroyForcibly().waitFor();
        }
        Path report = directory.resolve("reports/index.json");
        assertThat(report).as(() -> read(log)).exists();
        return verdicts(new ObjectMapper().readTree(report.toFile()).get("handoff"));
    }

    private static List<String> command() {
        return List.of(
                Path.of(System.getProperty("handoff.test.java"), "bin", "java").toString(),
                "-Xmx512m",
                "-Dpython.cachedir.skip=true",
                "-cp",
                suite().resolve("*").toString(),
                "org.python.util.jython",
                "-m",
                "autobahntestsuite.wstest",
                "--mode=fuzzingclient",
                "--spec=cases.json");
    }

    private static Path suite() {
        String directory = System.getProperty("handoff.test.autobahn");
        assertThat(directory)
                .as("the Autobahn suite, which mvn -P long puts there: run this test with that profile")
                .isNotNull();
        return Path.of(directory);
    }

    private static Map<String, String> verdicts(JsonNode report) {
        Map<String, String> verdicts = new TreeMap<>();
        report.properties().forEach(reported -> {
            String close = reported.getValue().get("behaviorClose").asText();
            String verdict = reported.getValue().get("behavior").asText();
            verdicts.put(reported.getKey(), HELD.contains(close) ? verdict : verdict + ", its close " + close);
        });
        return verdicts;
    }

    private static String read(Path log) {
        try {
            return Files.readString(log, UTF_8);
        } catch (java.io.IOException e) {
            return "no log: " + e;
        }
    }
}
