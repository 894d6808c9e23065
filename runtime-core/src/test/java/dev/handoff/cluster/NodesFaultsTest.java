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
 * What Node itself does in three cases in which this project does something else, so that Node's users find the difference
 * written down.
 */
@Timeout(90)
class NodesFaultsTest {
    @TempDir
    private Path directory = Path.of("/nowhere");

    private String node(String script) throws IOException {
        Path file = Files.writeString(directory.resolve("script.js"), script);
        return run(SpawnOptions.of("node", file.toString()));
    }

    private static String run(SpawnOptions options) {
        return ChildProcess.spawnSync(options.timeout(Duration.ofSeconds(60))).stdout();
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

    /** With ours it waits in the master, or goes to a worker that has room: {@link SharedListeningTest}. */
    @Test
    void aConnectionForWhichNoWorkerHasRoomGoesRoundWithoutAPause() throws Exception {
        String script = """
                const cluster = require('cluster'), net = require('net');
                if (cluster.isPrimary) {
                  let refusals = 0, listening = 0;
                  const clients = port => { for (let i = 0; i < 3; i++) net.connect(port, '127.0.0.1'); };
                  for (let i = 0; i < 2; i++) {
                    const worker = cluster.fork();
                    worker.process.on('internalMessage', message => {
                      if (message.accepted === false && ++refusals === 500) {
                        console.log('refused 500 times');
                        process.exit(0);
                      }
                    });
                    worker.on('listening', address => { if (++listening === 2) clients(address.port); });
                  }
                } else {
                  const server = net.createServer(() => {});
                  server.maxConnections = 1;
                  server.listen(0, '127.0.0.1');
                }
                """;
        assertThat(node(script)).isEqualTo("refused 500 times\n");
    }

    /** Ours waits for room and takes turns again: {@link SharedListeningTest}. */
    @Test
    void aWorkerThatOnceHadNoDescriptorForAClientGetsNoneAnyMore() throws Exception {
        String script = """
                const cluster = require('cluster'), net = require('net'), fs = require('fs');
                if (cluster.isPrimary) {
                  const worker = cluster.fork();
                  let port;
                  const visit = (when, then) => {
                    const client = net.connect(port, '127.0.0.1', () => setTimeout(() => { console.log(when, 'hangs'); then(); }, 1000));
                    client.on('data', () => { console.log(when, 'is served'); process.exit(0); });
                  };
                  worker.on('listening', address => { port = address.port; worker.send('fill'); });
                  worker.on('message', message => {
                    if (message === 'full') visit('without room', () => worker.send('free'));
                    if (message === 'free') visit('with room', () => process.exit(0));
                  });
                } else {
                  const open = [];
                  net.createServer(socket => socket.end('ok')).listen(0, '127.0.0.1');
                  process.on('message', message => {
                    if (message === 'fill') {
                      try { for (;;) open.push(fs.openSync('/dev/null')); } catch (full) { process.send('full'); }
                    } else {
                      open.forEach(fs.closeSync);
                      process.send('free');
                    }
                  });
                }
                """;
        Path file = Files.writeString(directory.resolve("script.js"), script);
        assertThat(run(SpawnOptions.of("sh", "-c", "ulimit -n 128 && exec node \"$0\"", file.toString())))
                .isEqualTo("without room hangs\nwith room hangs\n");
    }
}
