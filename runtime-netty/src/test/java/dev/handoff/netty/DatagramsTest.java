package dev.handoff.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ForkedWorker;
import dev.handoff.cluster.ForkingCluster;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.UdpSocket;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Handle;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Netty in workers that share a socket of UDP. */
@Timeout(90)
class DatagramsTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private static EventLoopGroup group() {
        return new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("loop", true), EpollIoHandler.newFactory());
    }

    /** A worker that sends back what comes, behind its id; asked for it, it closes its channel. */
    static final class Echo extends SimpleChannelInboundHandler<DatagramPacket> {
        public static void main(String[] arguments) {
            EventLoopGroup group = group();
            Cluster.worker().bind(ListenOptions.address("127.0.0.1", 0)).thenAccept(socket -> serve(group, socket));
        }

        private static void serve(EventLoopGroup group, UdpSocket socket) {
            Datagrams.channel(group, socket, new Echo());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            String text = packet.content().toString(StandardCharsets.UTF_8);
            ByteBuf answer = Unpooled.copiedBuffer(Cluster.worker().id() + " " + text, StandardCharsets.UTF_8);
            context.writeAndFlush(new DatagramPacket(answer, packet.sender()));
            if (text.equals("close")) {
                context.close();
            }
        }
    }

    @Test
    void twoWorkersEchoFromOneSocketUntilOneClosesItsChannelAndTheOtherLeaves() throws Exception {
        ForkingCluster cluster = Cluster.master();
        cluster.setupMaster(settings -> SpawnOptions.ofMain(Echo.class)
                .jvmArgs("-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED")
                .stdio(Stdio.inherit()));
        Set<ListenAddress> heard = new CopyOnWriteArraySet<>();
        Set<String> listening = new CopyOnWriteArraySet<>();
        try (cluster;
                DatagramSocket client = new DatagramSocket(0, LOOPBACK)) {
            client.setSoTimeout((int) SOON.toMillis());
            cluster.onListening((worker, address) -> {
                heard.add(address);
                listening.add("" + worker.id());
            });
            ForkedWorker one = cluster.fork();
            ForkedWorker two = cluster.fork();
            await().until(() -> listening.size() == 2);
            assertThat(heard).hasSize(1);
            int port = heard.iterator().next().port();

            String last = worker(echo(client, port, "close"));
            for (int count = 0; count < 10; count++) {
                assertThat(worker(echo(client, port, "hello"))).isNotEqualTo(last);
            }
            assertThat(listening).contains(last);
            cluster.disconnect().join();
            assertThat(one.exitStatus()).contains(new ExitStatus.Exited(0));
            assertThat(two.exitStatus()).contains(new ExitStatus.Exited(0));
            assertThat(isFree(port)).isTrue();
        }
    }

    private static String echo(DatagramSocket client, int port, String text) throws IOException {
        byte[] data = text.getBytes(StandardCharsets.UTF_8);
        client.send(new java.net.DatagramPacket(data, data.length, LOOPBACK, port));
        java.net.DatagramPacket answer = new java.net.DatagramPacket(new byte[100], 100);
        client.receive(answer);
        String echoed = new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
        assertThat(echoed).endsWith(" " + text);
        return echoed;
    }

    private static String worker(String echoed) {
        return echoed.substring(0, echoed.indexOf(' '));
    }

    private static boolean isFree(int port) {
        try (DatagramSocket socket = new DatagramSocket(port, LOOPBACK)) {
            return socket.isBound();
        } catch (SocketException e) {
            return false;
        }
    }

    @Test
    void aHandleOfDatagramsIsServedAndAnyOtherRefused() throws Exception {
        EventLoopGroup group = group();
        try (Handle listener = Handle.listen(new InetSocketAddress(LOOPBACK, 0));
                Handle socket = Handle.bind(new InetSocketAddress(LOOPBACK, 0));
                DatagramSocket client = new DatagramSocket(0, LOOPBACK)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Datagrams.channel(group, listener, new ChannelInboundHandlerAdapter()))
                    .withMessageContaining("expected a DATAGRAM");
            client.setSoTimeout((int) SOON.toMillis());
            int port = socket.port();
            Datagrams.channel(group, socket, new SimpleChannelInboundHandler<DatagramPacket>() {
                @Override
                protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
                    ByteBuf answer = Unpooled.copiedBuffer("0 ", StandardCharsets.UTF_8);
                    context.writeAndFlush(new DatagramPacket(
                            Unpooled.wrappedBuffer(answer, packet.content().retain()), packet.sender()));
                }
            });
            assertThat(echo(client, port, "hello")).isEqualTo("0 hello");
        } finally {
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
        }
    }
}
