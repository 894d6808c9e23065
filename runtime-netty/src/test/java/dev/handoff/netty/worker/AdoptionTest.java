package dev.handoff.netty.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.acceptor.Listener;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.netty.pipeline.NettyCodecs;
import dev.handoff.unix.Accepted;
import dev.handoff.wire.Offer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class AdoptionTest implements Connection.Traffic {
    private final List<String> counted = new ArrayList<>();

    @Override
    public void opened() {
        counted.add("opened");
    }

    @Override
    public void closed() {
        counted.add("closed");
    }

    @Test
    void whatWasResetOnItsWayHereCountsAsOpenedAndClosed() throws Exception {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        EventLoop loop = loops.next();
        Connections connections = new Connections(new Farewells(loop), frame -> {}, null, new NettyCodecs());
        try (Listener listener = Listener.open(0, ListenOptions.address("127.0.0.1", 0))) {
            Accepted accepted = acceptReset(listener);
            Offer offer = new Offer(accepted.fd(), 0, false, accepted.peer());
            loop.submit(() -> new Adoption(loop, connections)
                            .connection(offer, this, channel -> counted.add("served"), Connections.NO_FRAME))
                    .syncUninterruptibly();
            assertThat(counted).containsExactly("opened", "closed");
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static Accepted acceptReset(Listener listener) throws Exception {
        try (Socket client =
                new Socket(InetAddress.getLoopbackAddress(), listener.address().port())) {
            client.setSoLinger(true, 0);
        }
        return TestLoop.accept(listener);
    }
}
