package dev.handoff.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.acceptor.Listener;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.unix.Accepted;
import dev.handoff.unix.Fd;
import dev.handoff.unix.SocketFd;
import dev.handoff.wire.HandedBack;
import dev.handoff.wire.Offer;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How connections end or go whose pipelines the program has built of Netty's codecs. The master is the test. */
final class NettyPipelineTest {
    private static final Duration SOON = Duration.ofMillis(20);

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final EventLoop loop = loops.next();
    private final BlockingQueue<FullHttpRequest> unanswered = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Sent> master = new LinkedBlockingQueue<>();
    private final List<Socket> clients = new ArrayList<>();
    private final List<Channel> channels = new ArrayList<>();
    private final Listener listener;
    private long number;
    private boolean withMaster = true;
    private boolean keepsUnanswered;
    private @Nullable TestLoop worker;

    /** What was sent to the master. */
    private record Sent(Fd copy, HandedBack connection) {}

    NettyPipelineTest() throws IOException {
        listener = Listener.open(0, ListenOptions.address("127.0.0.1", 0));
    }

    @AfterEach
    void leaveNothing() throws Exception {
        for (Socket client : clients) {
            client.close();
        }
        master.forEach(sent -> sent.copy.close());
        unanswered.forEach(ReferenceCountUtil::release);
        listener.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    // --- the worker -------------------------------------------------------------------------------------------------

    private TestLoop worker() {
        if (worker == null) {
            worker = new TestLoop(loop, SOON, withMaster ? this::send : null);
        }
        return worker;
    }

    private OptionalLong send(HandedBack connection) throws IOException {
        master.add(new Sent(SocketFd.duplicate(new Fd(connection.socket().number())), connection));
        return OptionalLong.of(number++);
    }

    private Socket connect(WorkerHandler handler) throws IOException {
        Socket client =
                new Socket(InetAddress.getLoopbackAddress(), listener.address().port());
        client.setSoTimeout(20_000);
        clients.add(client);
        Accepted accepted = TestLoop.accept(listener);
        adopt(new Offer(accepted.fd(), 0, false, accepted.peer()), handler);
        return client;
    }

    private void adopt(Offer offer, WorkerHandler handler) {
        worker().adopt(offer, handler);
    }

    private void onLoop(Runnable task) {
        loop.submit(task).syncUninterruptibly();
    }

    private void leave() {
        worker().leave(Duration.ZERO);
    }

    private Sent sent() throws InterruptedException {
        return Objects.requireNonNull(master.poll(20, TimeUnit.SECONDS), "nothing was handed back");
    }

    private static byte[] state(Sent sent) {
        return Objects.requireNonNull(sent.connection.progress()).state();
    }

    // --- the program ------------------------------------------------------------------------------------------------

    private void http1(Channel channel) {
        channels.add(channel);
        channel.pipeline().addLast(new HttpServerCodec(), new HttpObjectAggregator(1024), new Answering());
    }

    private final class Answering extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            if (keepsUnanswered) {
                unanswered.add(request.retain());
            } else {
                answer(context.channel(), request.uri());
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ConnectionEvent) {
                events.add(event.toString());
            }
            context.fireUserEventTriggered(event);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            events.add("inactive");
            context.fireChannelInactive();
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            events.add("removed");
        }
    }

    private static void answer(Channel channel, String text) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.copiedBuffer(text, US_ASCII));
        response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, text.length());
        channel.writeAndFlush(response);
    }

    private static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: t\r\n\r\n";
    }

    private static void mustAnswer(RawClient client, String text) throws IOException {
        assertThat(client.answer().body()).isEqualTo(text);
    }

    // --- HTTP/1 that goes on elsewhere
    // --------------------------------------------------------------------------------

    @Test
    void oneAtRestGoesWithHalfAHeadAndItsHandlersSeeItEnd() throws Exception {
        RawClient client = new RawClient(connect(this::http1));
        client.send(get("/a"));
        mustAnswer(client, "/a");
        client.send("GET /b HT");
        Connection connection = Connection.of(channels.get(0));
        await().until(() -> connection.received() == get("/a").length() + "GET /b HT".length());
        leave();
        Sent sent = sent();
        assertThat(state(sent)).asString(US_ASCII).isEqualTo("GET /b HT");
        worker().confirmed(0);
        await().until(() -> !channels.get(0).isOpen());
        assertThat(events).containsExactly("LEAVING", "HANDED_BACK", "inactive", "removed");
    }

    @Test
    void oneWithARequestInProgressGoesBehindItsResponseWithWhatWasPipelined() throws Exception {
        keepsUnanswered = true;
        RawClient client = new RawClient(connect(this::http1));
        client.send(get("/a"));
        FullHttpRequest first = Objects.requireNonNull(unanswered.poll(20, TimeUnit.SECONDS));
        leave();
        client.send(get("/b") + "GET /c");
        Connection connection = Connection.of(channels.get(0));
        await().until(() -> connection.received() == 2 * get("/a").length() + "GET /c".length());
        assertThat(unanswered).as("the one behind it waits").isEmpty();
        answer(channels.get(0), first.uri());
        first.release();
        RawClient.Answer answer = client.answer();
        assertThat(answer.body()).isEqualTo("/a");
        assertThat(answer.headers()).doesNotContainKey("Connection");
        assertThat(state(sent())).asString(US_ASCII).isEqualTo(get("/b") + "GET /c");
    }

    @Test
    void oneThatNoOtherWorkerTakesIsServedHereForTheLastTime() throws Exception {
        RawClient client = new RawClient(connect(this::http1));
        client.send(get("/a"));
        mustAnswer(client, "/a");
        client.send("GET /b");
        await().until(() ->
                Connection.of(channels.get(0)).received() > get("/b").length());
        leave();
        sent().copy.close();
        worker().returned(0);
        client.send(" HTTP/1.1\r\nHost: t\r\n\r\n");
        RawClient.Answer answer = client.answer();
        assertThat(answer.body()).isEqualTo("/b");
        assertThat(answer.headers()).containsEntry("Connection", "close");
        assertThat(client.isEnded()).isTrue();
    }

    @Test
    void whatAnotherWorkerHasReadIsReadHereWhenItIsAskedFor() throws Exception {
        RawClient client = new RawClient(connect(this::http1));
        client.send(get("/a") + "GET /b HTTP/1.1\r\n");
        mustAnswer(client, "/a");
        leave();
        Sent sent = sent();
        worker = null;
        adopt(
                new Offer(
                        sent.copy,
                        0,
                        false,
                        sent.connection.peer(),
                        sent.connection.acceptedMillis(),
                        sent.connection.progress()),
                channel -> {
                    channel.config().setAutoRead(false);
                    http1(channel);
                });
        Channel second = channels.get(1);
        client.send("Host: t\r\n\r\n");
        onLoop(second::read);
        onLoop(second::read);
        mustAnswer(client, "/b");
    }

    @Test
    void handlerThatKeepsSomethingForItsConnectionKeepsTheConnection() throws Exception {
        RawClient client = new RawClient(connect(new WorkerHandler() {
            @Override
            public void initChannel(Channel channel) {
                http1(channel);
            }

            @Override
            public boolean handsBackHttp() {
                return false;
            }
        }));
        client.send(get("/a"));
        mustAnswer(client, "/a");
        leave();
        assertThat(client.isEnded()).isTrue();
        assertThat(master).isEmpty();
    }

    // --- what cannot go
    // -----------------------------------------------------------------------------------------------

    @Test
    void withoutAMasterTheNextResponseIsTheLastAndIdleOnesAreClosed() throws Exception {
        withMaster = false;
        keepsUnanswered = true;
        RawClient busy = new RawClient(connect(this::http1));
        busy.send(get("/a") + get("/b"));
        RawClient idle = new RawClient(connect(this::http1));
        await().until(() -> unanswered.size() == 2);
        leave();
        assertThat(idle.isEnded()).isTrue();
        answer(channels.get(0), "/a");
        assertThat(busy.answer().headers()).as("one is pipelined behind it").doesNotContainKey("Connection");
        answer(channels.get(0), "/b");
        assertThat(busy.answer().headers()).containsEntry("Connection", "close");
        assertThat(busy.isEnded()).isTrue();
    }

    /** The codec gets in when the first bytes have come, and these pass it before it is found. */
    @Test
    void codecThatIsAddedLaterIsFoundAndItsConnectionToldItsEnd() throws Exception {
        WorkerHandler chooses = channel -> channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object bytes) {
                http1(context.channel());
                context.fireChannelRead(bytes);
                context.pipeline().remove(this);
            }
        });
        RawClient client = new RawClient(connect(chooses));
        client.send(get("/a"));
        mustAnswer(client, "/a");
        keepsUnanswered = true;
        client.send(get("/b"));
        await().until(() -> unanswered.size() == 1);
        leave();
        answer(channels.get(0), "/b");
        assertThat(client.answer().headers()).containsEntry("Connection", "close");
        assertThat(client.isEnded()).isTrue();
        assertThat(master).isEmpty();
    }

    @Test
    void webSocketIsToldOnceThatTheServerRestarts() throws Exception {
        RawClient client = new RawClient(connect(channel -> channel.pipeline()
                .addLast(
                        new HttpServerCodec(),
                        new HttpObjectAggregator(1024),
                        new WebSocketServerProtocolHandler("/"))));
        client.send("""
                GET / HTTP/1.1\r
                Host: t\r
                Connection: Upgrade\r
                Upgrade: websocket\r
                Sec-WebSocket-Version: 13\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                \r
                """);
        String line = client.line();
        assertThat(line).startsWith("HTTP/1.1 101");
        while (!line.isEmpty()) {
            line = client.line();
        }
        leave();
        assertThat(client.read(4)).startsWith((byte) 0x88).endsWith((byte) (1012 >> 8), (byte) 1012);
        client.read("the server restarts".length());
        client.send(new byte[] {(byte) 0x88, (byte) 0x82, 0, 0, 0, 0, (byte) (1012 >> 8), (byte) 1012});
        assertThat(client.isEnded()).isTrue();
    }

    @Test
    void http2IsToldTwiceAndFinishesItsStreams() throws Exception {
        BlockingQueue<Channel> streams = new LinkedBlockingQueue<>();
        Socket socket = connect(channel -> channel.pipeline()
                .addLast(
                        Http2FrameCodecBuilder.forServer().build(),
                        new Http2MultiplexHandler(new Http2Stream(streams::add))));
        try (RawHttp2 client = RawHttp2.over(socket)) {
            client.get(1, "/a").flush();
            Channel first = Objects.requireNonNull(streams.poll(20, TimeUnit.SECONDS));
            leave();
            assertThat(client.await(RawHttp2.GOAWAY).number(0)).isEqualTo(Integer.MAX_VALUE);
            client.get(3, "/b").flush();
            Channel second = Objects.requireNonNull(streams.poll(20, TimeUnit.SECONDS));
            assertThat(client.await(RawHttp2.GOAWAY).number(0)).isEqualTo(3);
            answerStream(first);
            answerStream(second);
            assertThat(client.answer(1).status()).isEqualTo(200);
            assertThat(client.answer(3).status()).isEqualTo(200);
            assertThat(client.awaitEnd()).isNotPositive();
        }
    }

    private static void answerStream(Channel stream) {
        stream.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")));
        stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.copiedBuffer("ok", US_ASCII), true));
    }

    @Sharable
    private static final class Http2Stream extends ChannelInboundHandlerAdapter {
        private final Consumer<Channel> begun;

        Http2Stream(Consumer<Channel> begun) {
            this.begun = begun;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            if (frame instanceof Http2HeadersFrame) {
                begun.accept(context.channel());
            }
            ReferenceCountUtil.release(frame);
        }
    }

    // --- the count

    /** A handler of the program's around one of ours says nothing of hand-backs: its connections are served where they are. */
    @Test
    void handlerAroundOursIsServedByTheWorkerThatLeaves() throws Exception {
        ExecutorService blocking = BlockingExecutor.create();
        Http http = Http.handler(request -> Response.text(request.path()));
        http.start(new TestWorker(loops, blocking, Map.of()));
        WorkerHandler around = new WorkerHandler() {
            @Override
            public void initChannel(Channel channel) throws Exception {
                http.initChannel(channel);
            }
        };
        RawClient client = new RawClient(connect(around));
        client.send(get("/a"));
        mustAnswer(client, "/a");
        client.send("GET /b HTTP/1.1\r\n");
        leave();
        client.send("Host: t\r\n\r\n");
        RawClient.Answer answer = client.answer();
        assertThat(answer.body()).isEqualTo("/b");
        assertThat(answer.headers()).containsEntry("Connection", "close");
        assertThat(client.isEnded()).isTrue();
        blocking.shutdownNow();
    }

    @Test
    void whatIsLeftIsCutAndCounted() throws Exception {
        keepsUnanswered = true;
        RawClient busy = new RawClient(connect(this::http1));
        busy.send(get("/a"));
        connect(channel -> channel.pipeline().addLast(new ChannelInboundHandlerAdapter()));
        await().until(() -> unanswered.size() == 1);
        leave();
        assertThat(worker().cut()).isEqualTo("2 connections, with 1 requests in progress");
    }
}
