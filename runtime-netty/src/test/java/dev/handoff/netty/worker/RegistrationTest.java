package dev.handoff.netty.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.acceptor.Listener;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.netty.HandBack;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.netty.pipeline.NettyCodecs;
import dev.handoff.unix.Accepted;
import dev.handoff.unix.Fd;
import dev.handoff.wire.HandedBack;
import dev.handoff.wire.Offer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The kernel refuses to put a connection into epoll. Here because its descriptor is in there already (EEXIST), which takes the same way as
 * ENOSPC, when the user has as many watches as {@code fs.epoll.max_user_watches} allows.
 */
final class RegistrationTest implements WorkerHandler, HandBack, Connection.Traffic {
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final IoEventLoop loop = (IoEventLoop) loops.next();
    private final Departures departures = new Departures(loop, this::send);
    private final Connections connections =
            new Connections(new Farewells(loop), frame -> {}, departures, new NettyCodecs());
    private final List<String> counted = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Channel> served = new CompletableFuture<>();
    private final CompletableFuture<Void> inactive = new CompletableFuture<>();
    private final Listener listener;
    private final Socket client;
    private final Accepted accepted;
    private final int descriptor;

    RegistrationTest() throws Exception {
        listener = Listener.open(0, ListenOptions.address("127.0.0.1", 0));
        client = new Socket(InetAddress.getLoopbackAddress(), listener.address().port());
        accepted = TestLoop.accept(listener);
        descriptor = accepted.fd().number();
    }

    @AfterEach
    void leaveNothing() throws IOException {
        client.close();
        listener.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    // --- the handler, what counts, and the master -------------------------------------------------------------------

    @Override
    public void initChannel(Channel channel) {
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext context) {
                served.complete(context.channel());
            }

            @Override
            public void channelInactive(ChannelHandlerContext context) {
                inactive.complete(null);
            }
        });
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Optional<byte[]> release(Channel channel) {
        return Optional.of(new byte[0]);
    }

    @Override
    public void resume(Channel channel, byte[] state) {}

    @Override
    public void opened() {
        counted.add("opened");
    }

    @Override
    public void closed() {
        counted.add("closed");
    }

    private OptionalLong send(HandedBack connection) {
        occupy();
        return OptionalLong.of(0);
    }

    // --- epoll ------------------------------------------------------------------------------------------------------

    /** From now on the kernel refuses the connection's descriptor. */
    private void occupy() {
        occupy(descriptor);
    }

    /** Netty forgets it at once, and leaves it in epoll, for it takes it for closed. */
    private void occupy(int number) {
        loop.register(new Occupant(number)).addListener(done -> {
            IoRegistration registration = (IoRegistration) done.getNow();
            registration.submit(EpollIoOps.EPOLLRDHUP);
            registration.cancel();
        });
    }

    private static final class Occupant implements EpollIoHandle {
        private final FileDescriptor fd;

        Occupant(int number) {
            fd = new FileDescriptor(number) {
                @Override
                public boolean isOpen() {
                    return false;
                }
            };
        }

        @Override
        public FileDescriptor fd() {
            return fd;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {}

        @Override
        public void close() {}
    }

    private void adopt() {
        loop.submit(() -> new Adoption(loop, connections)
                        .connection(
                                new Offer(accepted.fd(), 0, false, accepted.peer()), this, this, Connections.NO_FRAME))
                .syncUninterruptibly();
    }

    private void mustEnd() throws IOException {
        client.setSoTimeout(Math.toIntExact(Duration.ofSeconds(60).toMillis()));
        try {
            assertThat(client.getInputStream().read()).isNegative();
        } catch (SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }

    private void mustBeForgotten() throws IOException {
        mustEnd();
        await().untilAsserted(() -> assertThat(counted).containsExactly("opened", "closed"));
        loop.submit(() -> connections.leave(Duration.ofMinutes(1))).syncUninterruptibly();
        assertThat(connections.emptied()).isDone();
    }

    // --- the times at which it is put in ----------------------------------------------------------------------------

    @Test
    void aClientThatEpollHasNoRoomForIsClosedAndCountedAndHoldsUpNoDrain() throws Exception {
        occupy();
        adopt();
        mustBeForgotten();
    }

    @Test
    void oneThatCannotBePutBackInTheMiddleOfItsResponseEndsForItsHandlersToo() throws Exception {
        adopt();
        Channel channel = served.get(60, TimeUnit.SECONDS);
        loop.submit(() -> Reregistration.around(channel, this::occupy)).syncUninterruptibly();
        mustBeForgotten();
        inactive.get(60, TimeUnit.SECONDS);
    }

    @Test
    void oneThatNoOtherWorkerTakesAndThatCannotBePutBackEndsForItsHandlersToo() throws Exception {
        adopt();
        Channel channel = served.get(60, TimeUnit.SECONDS);
        loop.submit(() -> assertThat(Connection.of(channel).shed()).isTrue()).syncUninterruptibly();
        await().until(() -> channel.pipeline().get(DepartedGuard.class) != null);
        loop.submit(() -> departures.returned(0, 1)).syncUninterruptibly();
        mustBeForgotten();
        inactive.get(60, TimeUnit.SECONDS);
    }

    /** A socket that accepts and is not in epoll would let its clients wait for ever. */
    @Test
    void aListenerThatEpollHasNoRoomForAcceptsAsSoonAsThereIsRoom() throws Exception {
        List<Fd> placeholders = new ArrayList<>();
        try (Listener another = Listener.open(0, ListenOptions.address("127.0.0.1", 0));
                Socket patient = new Socket(
                        InetAddress.getLoopbackAddress(), another.address().port())) {
            Fd refused = another.share();
            int number = refused.number();
            occupy(number);
            Iterator<Fd> tries = List.of(refused, another.share()).iterator();
            Accepting accepting = new Adoption(loop, connections)
                    .listener(
                            () -> {
                                Fd next = tries.next();
                                if (!tries.hasNext()) {
                                    keepFromUse(number, another, placeholders);
                                }
                                return next;
                            },
                            0,
                            false,
                            this,
                            this);
            assertThat(served.get(60, TimeUnit.SECONDS).remoteAddress()).isEqualTo(patient.getLocalSocketAddress());
            assertThat(tries.hasNext()).isFalse();
            loop.submit(accepting::close).syncUninterruptibly();
        }
        placeholders.forEach(Fd::close);
    }

    /** Netty keeps what it could not register, and asserts that its number does not come again. Without assertions it is replaced. */
    private static void keepFromUse(int number, Listener listener, List<Fd> placeholders) throws IOException {
        Fd placeholder;
        do {
            placeholder = listener.share();
            placeholders.add(placeholder);
        } while (placeholder.number() < number);
    }
}
