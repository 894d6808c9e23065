package dev.handoff.netty.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.handoff.acceptor.Listener;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.Protocol;
import dev.handoff.cluster.Setting;
import dev.handoff.netty.ConnectionEvent;
import dev.handoff.netty.HandBack;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.netty.pipeline.NettyCodecs;
import dev.handoff.unix.Accepted;
import dev.handoff.unix.Fd;
import dev.handoff.unix.SocketFd;
import dev.handoff.unix.StreamBytes;
import dev.handoff.wire.HandedBack;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Progress;
import dev.handoff.wire.StateFormat;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections on their way back when the way ends. The master is the test, and the handler an echo. */
final class DeparturesTest implements WorkerHandler, HandBack {
    private static final Duration SOON = Duration.ofMillis(50);

    private final ExecutorService blocking = BlockingExecutor.create();
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final EventLoop loop = loops.next();
    private final Departures departures = new Departures(loop, this::send);
    private final Connections connections =
            new Connections(new Farewells(loop), frame -> {}, departures, new NettyCodecs());
    private final BlockingQueue<Fd> masters = new LinkedBlockingQueue<>();
    private final List<Socket> clients = new ArrayList<>();
    private final Listener listener;
    private volatile int portOfSent;
    private int sent;
    private int room = Integer.MAX_VALUE;

    DeparturesTest() throws IOException {
        listener = Listener.open(0, ListenOptions.address("127.0.0.1", 0));
    }

    @AfterEach
    void leaveNothing() throws Exception {
        for (Socket client : clients) {
            client.close();
        }
        masters.forEach(Fd::close);
        listener.close();
        blocking.shutdownNow();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    // --- the worker's handler ---------------------------------------------------------------------------------------

    @Override
    public void initChannel(Channel channel) {
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object bytes) {
                context.writeAndFlush(bytes);
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

    // --- the master -------------------------------------------------------------------------------------------------

    private OptionalLong send(HandedBack connection) throws IOException {
        if (sent == room) {
            throw new IOException("on purpose");
        }
        portOfSent = ((InetSocketAddress) connection.peer().decode()).getPort();
        masters.add(SocketFd.duplicate(new Fd(connection.socket().number())));
        return OptionalLong.of(sent++);
    }

    private Socket connect() throws IOException {
        Socket client = connect(this);
        mustEcho(client);
        return client;
    }

    private Socket connect(WorkerHandler handler) throws IOException {
        return connect(handler, null);
    }

    private Socket connect(WorkerHandler handler, @Nullable Progress progress) throws IOException {
        Socket client =
                new Socket(InetAddress.getLoopbackAddress(), listener.address().port());
        client.setSoTimeout(20_000);
        clients.add(client);
        Accepted accepted = TestLoop.accept(listener);
        Offer offer = new Offer(accepted.fd(), 0, false, accepted.peer(), System.currentTimeMillis(), progress);
        onLoop(() -> new Adoption(loop, connections)
                .connection(offer, Connection.Traffic.NONE, handler, Connections.NO_FRAME));
        return client;
    }

    private void onLoop(Runnable task) {
        loop.submit(task).syncUninterruptibly();
    }

    private static void mustEcho(Socket client) throws IOException {
        client.getOutputStream().write('a');
        assertThat(client.getInputStream().read()).isEqualTo('a');
    }

    private Fd leaveAndTake() throws InterruptedException {
        onLoop(() -> connections.leave(Duration.ofHours(1)));
        return Objects.requireNonNull(masters.poll(20, TimeUnit.SECONDS), "nothing was handed back within 20 s");
    }

    private static void mustStayUnread(Socket client, Fd masters) throws IOException {
        client.getOutputStream().write('b');
        StreamBytes bytes = new StreamBytes();
        await().until(() -> bytes.peek(masters) == StreamBytes.Found.BYTES);
    }

    @Test
    void whatAMasterHasLeftUnansweredGoesOnHereWhenItHasGone() throws Exception {
        Socket client = connect();
        leaveAndTake().close();
        onLoop(departures::laneEnded);
        mustEcho(client);
    }

    /** The answer that it has been taken may have been the last thing on the lane. */
    @Test
    void whatAFailedLaneHasLeftUnansweredIsTheMastersAlone() throws Exception {
        Socket client = connect();
        try (Fd masters = leaveAndTake()) {
            onLoop(departures::laneFailed);
            connections.emptied().get(20, TimeUnit.SECONDS);
            mustStayUnread(client, masters);
        }
    }

    @Test
    void whatCannotBeSentGoesOnHereAndWhatWasSentWaitsForItsAnswer() throws Exception {
        room = 1;
        List<Socket> both = List.of(connect(), connect());
        try (Fd masters = leaveAndTake()) {
            int taken = both.get(0).getLocalPort() == portOfSent ? 0 : 1;
            mustEcho(both.get(1 - taken));
            mustStayUnread(both.get(taken), masters);
        }
    }

    /** Whoever waits for a write hears of its end before the channel counts it as sent. */
    @Test
    void whatComesToRestWithTheEndOfALongWriteIsHandedBack() throws Exception {
        Talker talker = new Talker();
        Socket client = connect(talker);
        client.getOutputStream().write('a');
        await().until(() -> talker.talking);
        onLoop(() -> connections.leave(Duration.ofHours(1)));
        assertThat(client.getInputStream().readNBytes(Talker.LENGTH)).hasSize(Talker.LENGTH);
        Fd taken = Objects.requireNonNull(masters.poll(20, TimeUnit.SECONDS), "nothing was handed back within 20 s");
        masters.add(taken);
    }

    /** Answers whatever comes at more length than a socket has room for, and rests when that has left. */
    private static final class Talker implements WorkerHandler, HandBack {
        private static final int LENGTH = 32 << 20;

        private volatile boolean talking;

        @Override
        public void initChannel(Channel channel) {
            channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object bytes) {
                    ReferenceCountUtil.release(bytes);
                    talking = true;
                    context.writeAndFlush(Unpooled.wrappedBuffer(new byte[LENGTH]))
                            .addListener(done -> {
                                talking = false;
                                HandBack.atRest(channel);
                            });
                }
            });
        }

        @Override
        public int version() {
            return 1;
        }

        @Override
        public Optional<byte[]> release(Channel channel) {
            return talking ? Optional.empty() : Optional.of(new byte[0]);
        }

        @Override
        public void resume(Channel channel, byte[] state) {}
    }

    /** All of them are told in one loop, in no order. */
    @Test
    void oneThatCannotSayHowFarItHasGotStaysAndTheOthersGo() throws Exception {
        List<Socket> good = List.of(connect(), connect(), connect());
        Socket failing = connect(new Failing(Moment.RELEASE));
        mustEcho(failing);
        List<Socket> later = List.of(connect(), connect(), connect());
        onLoop(() -> connections.leave(Duration.ofHours(1)));
        await().untilAsserted(() -> assertThat(masters).hasSize(good.size() + later.size()));
        mustEcho(failing);
    }

    @Test
    void oneThatCannotSayHowFarItHasGotWhenItIsOutOfEpollComesBack() throws Exception {
        Failing handler = new Failing(Moment.SECOND_RELEASE);
        Socket failing = connect(handler);
        mustEcho(failing);
        onLoop(() -> connections.leave(Duration.ofHours(1)));
        await().until(() -> handler.asked == 2);
        mustEcho(failing);
        assertThat(masters).isEmpty();
    }

    @Test
    void oneThatCannotBeShedLeavesThatToTheOthers() throws Exception {
        List<Socket> good = List.of(connect(), connect());
        connect(new Failing(Moment.RELEASE));
        onLoop(() -> connections.shed(3));
        await().untilAsserted(() -> assertThat(masters).hasSize(good.size()));
    }

    @Test
    void oneWhoseHandlersCannotBeToldGoesAsTheOthersDo() throws Exception {
        connect();
        mustEcho(connect(new Failing(Moment.EVENT)));
        onLoop(() -> connections.leave(Duration.ofHours(1)));
        await().untilAsserted(() -> assertThat(masters).hasSize(2));
        onLoop(() -> departures.confirmed(0, 2));
        connections.emptied().get(20, TimeUnit.SECONDS);
    }

    /** Such as one that wants to be asked before it is moved to another event loop. */
    @Test
    void oneWhoseHandlersHoldBackEventsOfTheChannelIsOutOfEpollAllTheSame() throws Exception {
        Socket holding = connect(new Failing(Moment.DEREGISTER));
        mustEcho(holding);
        try (Fd masters = leaveAndTake()) {
            mustStayUnread(holding, masters);
        }
    }

    @Test
    void oneThatIsOnItsWayOutOfEpollWhenTheLaneEndsGoesOnHere() throws Exception {
        Socket client = connect();
        onLoop(() -> {
            connections.leave(Duration.ofHours(1));
            departures.laneEnded();
        });
        mustEcho(client);
        assertThat(masters).isEmpty();
    }

    /** The order to drain has come, and then the lane has failed. */
    @Test
    void connectionsAreToldOnceThatTheirWorkerLeaves() throws Exception {
        List<Object> told = new CopyOnWriteArrayList<>();
        connect(channel -> channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void userEventTriggered(ChannelHandlerContext context, Object event) {
                told.add(event);
            }
        }));
        onLoop(() -> {
            connections.leave(Duration.ofHours(1));
            connections.leave(Duration.ofHours(1));
        });
        assertThat(told).containsExactly(ConnectionEvent.LEAVING);
    }

    @Test
    void aHandlerThatRefusesAConnectionCostsThatOneWhateverItThrows() throws Exception {
        Socket good = connect();
        Socket refused = connect(new Failing(Moment.INIT));
        assertThat(refused.getInputStream().read()).isEqualTo(-1);
        mustEcho(good);
    }

    @Test
    void aHandlerThatCannotGoOnCostsThatConnection() throws Exception {
        Socket good = connect();
        Socket lost = connect(
                new Failing(Moment.RESUME), new Progress(new StateFormat(Failing.class.getName(), 1), 1, new byte[0]));
        assertThat(lost.getInputStream().read()).isEqualTo(-1);
        mustEcho(good);
    }

    /** When a handler throws. */
    private enum Moment {
        INIT,
        RELEASE,
        SECOND_RELEASE,
        RESUME,
        EVENT,
        DEREGISTER
    }

    /** An echo that throws at one moment. */
    private static final class Failing implements WorkerHandler, HandBack {
        private final Moment moment;
        private volatile int asked;

        Failing(Moment moment) {
            this.moment = moment;
        }

        private void throwAt(Moment now) {
            if (now == moment) {
                throw new AssertionError("on purpose");
            }
        }

        @Override
        public void initChannel(Channel channel) {
            throwAt(Moment.INIT);
            channel.pipeline().addLast(new ChannelDuplexHandler() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object bytes) {
                    context.writeAndFlush(bytes);
                }

                @Override
                public void userEventTriggered(ChannelHandlerContext context, Object event) {
                    throwAt(Moment.EVENT);
                }

                @Override
                public void deregister(ChannelHandlerContext context, ChannelPromise promise) {
                    throwAt(Moment.DEREGISTER);
                    context.deregister(promise);
                }
            });
        }

        @Override
        public int version() {
            return 1;
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // The event loop alone writes it.
        public Optional<byte[]> release(Channel channel) {
            asked++;
            throwAt(Moment.RELEASE);
            if (asked == 2) {
                throwAt(Moment.SECOND_RELEASE);
            }
            return Optional.of(new byte[0]);
        }

        @Override
        public void resume(Channel channel, byte[] state) {
            throwAt(Moment.RESUME);
        }
    }

    @Test
    void requestsBehindAFailedLaneAreAnsweredAndToldThatTheConnectionEnds() throws Exception {
        Socket client = connect(http(Duration.ofMinutes(1)));
        onLoop(() -> {
            departures.laneFailed();
            connections.leave(Duration.ofHours(1));
        });
        client.getOutputStream().write("GET / HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(US_ASCII));
        assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
                .containsIgnoringCase("connection: close")
                .endsWith("hello");
    }

    /** The socket may be another worker's by then. */
    @Test
    void whatIsOnItsWayToTheMasterGetsNoFarewell() throws Exception {
        WorkerHandler http = http(SOON);
        Socket client = connect(new WorkerHandler() {
            @Override
            public void initChannel(Channel channel) throws Exception {
                http.initChannel(channel);
            }

            @Override
            public Protocol protocol() {
                return http.protocol();
            }
        });
        try (Fd masters = leaveAndTake()) {
            loop.schedule(() -> {}, SOON.toMillis() + 1, TimeUnit.MILLISECONDS).syncUninterruptibly();
            mustStayUnread(client, masters);
            client.setSoTimeout(1);
            assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(client.getInputStream()::read);
        }
    }

    /** Says farewell to an idle one that long after its worker has begun to leave. */
    private WorkerHandler http(Duration farewell) throws Exception {
        WorkerHandler http = Http.handler(request -> Response.text("hello"));
        http.start(new TestWorker(loops, blocking, Map.of(Setting.DRAIN_IDLE_MIN, farewell)));
        return http;
    }
}
