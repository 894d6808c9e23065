package dev.handoff.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.handoff.process.ExitStatus;
import dev.handoff.process.Signal;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A cluster that is told to disconnect within a time. */
@Timeout(90)
class DisconnectLimitTest extends WithForks {
    private static final StopResult GRACEFUL = new StopResult(0, 0);

    @Test
    void whoHasNothingLeftToDoIsNotForced() {
        ForkedWorker worker = fork();
        ask(worker, "held");
        assertThat(cluster.disconnect(SOON)).succeedsWithin(SOON).isEqualTo(GRACEFUL);
        assertThat(worker.exitStatus()).contains(new ExitStatus.Exited(0));
        assertThat(cluster.disconnect(Duration.ZERO)).succeedsWithin(SOON).isEqualTo(GRACEFUL);
    }

    @Test
    void aConnectionThatNeverEndsIsCutAtTheLimit() throws Exception {
        ForkedWorker worker = fork();
        Socket client = holds(worker);
        assertThat(cluster.disconnect(Duration.ofMillis(300)))
                .succeedsWithin(SOON)
                .isEqualTo(new StopResult(1, 0));
        assertThat(worker.exitStatus()).contains(new ExitStatus.Signaled(Signal.TERM));
        assertThat(worker.exitedAfterDisconnect()).isTrue();
        assertThat(greeting(client)).isEmpty();
    }

    @Test
    @Tag("slow")
    void aWorkerThatSurvivesItsKillSignalIsSentKill() throws Exception {
        cluster.setupMaster(settings -> settings.killSignal(Signal.CONT));
        ForkedWorker worker = fork();
        holds(worker);
        assertThat(cluster.disconnect(Duration.ZERO)).succeedsWithin(SOON).isEqualTo(new StopResult(1, 0));
        assertThat(worker.exitStatus()).contains(new ExitStatus.Signaled(Signal.KILL));
    }

    @Test
    void aLimitThatIsOverIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cluster.disconnect(Duration.ofMillis(-1)))
                .withMessageContaining("expected 0 or more");
    }

    private Socket holds(ForkedWorker worker) throws Exception {
        Socket client = connect(port(listen(worker, "hold 127.0.0.1:0")));
        await().until(() -> ask(worker, "held").equals("1"));
        return client;
    }
}
