package dev.handoff.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.ExitStatus;
import dev.handoff.process.Handle;
import dev.handoff.process.NodeTest;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes beside the cluster's own orders between a master and its workers. */
@Timeout(90)
class PassedToWorkersTest extends WithForks {
    /** A worker that listens to nothing. */
    static final class Idle {
        private Idle() {}

        public static void main(String[] arguments) {
            Cluster.worker();
        }
    }

    @Test
    @NodeTest("test-cluster-invalid-message.js")
    void aMessageThatLooksLikeOneOfTheClustersOwnIsTheProgramsAlone() {
        cluster.setupMaster(settings -> small(SpawnOptions.ofMain(Idle.class)).stdio(Stdio.inherit()));
        ForkedWorker worker = fork();
        note(worker);
        awaitEvent("online");
        worker.send(Map.of("cmd", "NODE_CLUSTER", "ack", -1)).join();
        worker.send(Map.of("act", "LEAVE", "key", 0)).join();
        worker.send(Map.of("act", "nothing known", "key", "none")).join();
        assertThat(worker.exitedAfterDisconnect()).isFalse();
        worker.disconnect();
        awaitGone(worker);
        assertThat(worker.exitStatus()).contains(new ExitStatus.Exited(0));
    }

    @Test
    @NodeTest("test-cluster-net-send.js")
    void theMasterReadsFromAConnectionThatAWorkerHasSent() throws Exception {
        ForkedWorker worker = fork();
        CompletableFuture<Handle> sent = new CompletableFuture<>();
        worker.onMessage(message -> {
            assertThat(message.as(String.class)).isEqualTo("handle");
            sent.complete(message.handle().orElseThrow());
        });
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            order(worker, "sendConnection", server.getLocalPort());
            try (Socket peer = server.accept();
                    ByteChannel connection = sent.join().open()) {
                peer.getOutputStream().write("hello".getBytes(UTF_8));
                peer.shutdownOutput();
                ByteBuffer bytes = ByteBuffer.allocate(100);
                while (connection.read(bytes) >= 0) {
                    assertThat(bytes.hasRemaining()).isTrue();
                }
                assertThat(new String(bytes.array(), 0, bytes.position(), UTF_8))
                        .isEqualTo("hello");
            }
        }
    }

    @Test
    @NodeTest("test-net-listen-handle-in-cluster-1.js")
    void aListenerThatTheMasterHasSentIsServedByTheWorker() throws Exception {
        ForkedWorker worker = fork();
        Handle listener = Handle.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        int port = listener.port();
        worker.send("serve this", listener).join();
        assertThat(greeting(port)).isEqualTo("" + worker.id());
    }
}
