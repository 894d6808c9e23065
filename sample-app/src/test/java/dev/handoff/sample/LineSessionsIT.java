package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.sample.programs.Lines;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.RunningCluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sessions of a protocol of the program's own go on through rolls, with what their workers knew of them. */
@Tag("core")
class LineSessionsIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    @Test
    void sessionsGoOnThroughRolls() throws IOException {
        RunningCluster cluster = CLUSTERS.launch(aCluster().main(Lines.class, "serving"));
        await("it serves").until(() -> Files.exists(cluster.file("serving")));
        List<Socket> sessions = new ArrayList<>();
        for (int index = 0; index < 20; index++) {
            sessions.add(new Socket(InetAddress.getLoopbackAddress(), cluster.port()));
            say(sessions.get(index), "first of " + index + "\nhalf of the sec");
            assertThat(hear(sessions.get(index))).isEqualTo("1 first of " + index);
        }
        for (int roll = 0; roll < 2; roll++) {
            cluster.roll();
            for (Socket session : sessions) {
                say(session, "ond\nhalf of the sec");
                assertThat(hear(session)).isEqualTo(roll + 2 + " half of the second");
            }
        }
        assertThat(cluster.output().text()).doesNotContain("the drain limit is over");
        for (Socket session : sessions) {
            session.close();
        }
        assertThat(cluster.stop()).isZero();
    }

    private static void say(Socket session, String text) throws IOException {
        session.getOutputStream().write(text.getBytes(US_ASCII));
    }

    private static String hear(Socket session) throws IOException {
        session.setSoTimeout(30_000);
        StringBuilder line = new StringBuilder();
        for (int next = session.getInputStream().read();
                next != '\n';
                next = session.getInputStream().read()) {
            assertThat(next).as("the session goes on behind '%s'", line).isNotNegative();
            line.append((char) next);
        }
        return line.toString();
    }
}
