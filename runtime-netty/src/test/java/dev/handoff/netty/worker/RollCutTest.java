package dev.handoff.netty.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.ClusterEvent;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.netty.ClusterServer;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A roll says what it has cut, whether its workers could tell or not. */
class RollCutTest {
    private final List<ClusterEvent> events = new CopyOnWriteArrayList<>();

    /** An echo that no roll can move: a handler without a hand-back, and clients that do not end. */
    static final class Echo {
        private Echo() {}

        public static void main(String[] arguments) {
            ClusterServer.run(
                    channel -> channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext context, Object bytes) {
                            context.writeAndFlush(bytes);
                        }
                    }),
                    1);
        }
    }

    @Test
    void connectionsThatARollHasCutAreToldHoweverTheirWorkerEnds() throws Exception {
        try (ClusterServer server = ClusterServer.builder()
                .workerMain(Echo.class)
                .workers(1)
                .listen(ListenOptions.address("127.0.0.1", 0))
                .option("drain.limit", "1")
                .settings(settings -> settings.jvmArgs("-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"))
                .start()) {
            server.cluster().onEvent(events::add);
            List<Socket> clients = connect(server, 3);
            assertThat(server.reload().join().ok()).isTrue();
            awaitDrained(2, "3 connections, with 0 requests in progress, were cut");
            assertThat(events)
                    .filteredOn(event -> event.name().equals("worker.exited"))
                    .extracting(ClusterEvent::cause)
                    .containsExactly("drained; 3 connections, with 0 requests in progress, were cut");
            close(clients);

            clients = connect(server, 2);
            long doomed = server.cluster().workers().values().iterator().next().pid();
            server.cluster().onEvent(event -> {
                if (event.name().equals("worker.draining") && event.pid() == doomed) {
                    ProcessHandle.of(doomed).ifPresent(ProcessHandle::destroyForcibly);
                }
            });
            assertThat(server.reload().join().ok()).isTrue();
            awaitDrained(3, "2 connections, with 0 requests in progress, were cut");
            close(clients);

            assertThat(server.reload().join().ok()).isTrue();
            awaitDrained(4, "nothing was cut");
        }
    }

    private void awaitDrained(int generation, String what) {
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(events)
                        .filteredOn(event -> event.name().equals("roll.drained") && event.generation() == generation)
                        .extracting(ClusterEvent::cause)
                        .containsExactly(what));
    }

    private static List<Socket> connect(ClusterServer server, int count) throws IOException {
        List<Socket> clients = new ArrayList<>();
        for (int client = 0; client < count; client++) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write('a');
            assertThat(socket.getInputStream().read()).isEqualTo('a');
            clients.add(socket);
        }
        return clients;
    }

    private static void close(List<Socket> clients) throws IOException {
        for (Socket client : clients) {
            client.close();
        }
    }
}
