package dev.handoff.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.SpawnOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Node itself does in three cases in which ours does something else, so that whoever comes from there finds the difference
 * written down.
 */
@Timeout(90)
class NodesFaultsTest {
    @TempDir
    private Path directory = Path.of("/nowhere");

    private String node(String script) throws IOException {
        Path file = Files.writeString(directory.resolve("script.js"), script);
        SpawnOptions options = SpawnOptions.of("node", file.toString()).timeout(Duration.ofSeconds(60));
        return ChildProcess.spawnSync(options).stdout();
    }

    /** Ours listens for what comes once for each worker: {@link dev.handoff.examples.Guardian}. */
    @Test
    void aGuardianThatListensForBothEventsForksTwiceForOneDeath() throws Exception {
        String script = """
                const cluster = require('cluster');
                if (cluster.isPrimary) {
                  let forked = 0;
                  const replace = worker => {
                    if (worker.id === 1) { forked++; cluster.fork(); }
                    if (forked === 2) { console.log('forked', forked); process.exit(0); }
                  };
                  cluster.on('disconnect', replace);
                  cluster.on('exit', replace);
                  cluster.fork().on('online', function () { this.process.kill('SIGKILL'); });
                } else {
                  setInterval(() => {}, 1000);
                }
                """;
        assertThat(node(script)).isEqualTo("forked 2\n");
    }

    /** Ours gives it to another, and tells: {@link SharedListeningTest}. */
    @Test
    void aClientThatWasSentToAWorkerThatFrozeAndWasKilledHangsAndNoDisconnectIsTold() throws Exception {
        String script = """
                const cluster = require('cluster'), net = require('net');
                if (cluster.isPrimary) {
                  const frozen = cluster.fork({FREEZE: '1'});
                  let disconnects = 0;
                  frozen.on('disconnect', () => disconnects++);
                  frozen.on('listening', address => {
                    const other = cluster.fork();
                    other.on('listening', () => setTimeout(() => {
                      const client = net.connect(address.port, '127.0.0.1');
                      client.on('data', () => {});
                      client.on('connect', () => setTimeout(() => frozen.process.kill('SIGKILL'), 200));
                      client.on('end', () => { console.log('served'); process.exit(0); });
                      frozen.on('exit', () => setTimeout(() => { console.log('hangs, disconnects:', disconnects); process.exit(0); }, 1000));
                    }, 200));
                  });
                } else {
                  net.createServer(socket => socket.end('ok')).listen(0, '127.0.0.1', () => {
                    if (process.env.FREEZE) setTimeout(() => { for (;;); }, 100);
                  });
                }
                """;
        assertThat(node(script)).isEqualTo("hangs, disconnects: 0\n");
    }

    /** Ours changes nothing by the second, and the worker leaves with 0: {@link ForkingClusterTest}. */
    @Test
    void aSecondDisconnectCrashesTheWorker() throws Exception {
        String script = """
                const cluster = require('cluster');
                if (cluster.isPrimary) {
                  const worker = cluster.fork();
                  worker.on('online', () => { worker.disconnect(); worker.disconnect(); });
                  worker.on('exit', code => console.log('exit', code));
                } else {
                  setTimeout(() => {}, 300);
                }
                """;
        assertThat(node(script)).isEqualTo("exit 1\n");
    }
}
