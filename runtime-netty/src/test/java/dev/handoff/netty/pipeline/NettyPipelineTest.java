package dev.handoff.netty.pipeline;

import static dev.handoff.netty.pipeline.AnsweringProgram.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.rig.RawHttp2;
import dev.handoff.netty.worker.TestWorker;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.Socket;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How connections end or go whose pipelines the program has built of Netty's codecs. The master is the test. */
final class NettyPipelineTest {
    private final AnsweringProgram program = new AnsweringProgram();
    private PipelineWorker worker = PipelineWorker.withMaster();

    NettyPipelineTest() throws IOException {}

    @AfterEach
    void leaveNothing() throws Exception {
        program.close();
        worker.close();
    }

    private RawClient connect(WorkerHandler handler) throws IOException {
        return new RawClient(worker.connect(handler));
    }

    private static void mustAnswer(RawClient client, String text) throws IOException {
        assertThat(client.answer().body()).isEqualTo(text);
    }

    // --- HTTP/1 that goes on elsewhere
    // --------------------------------------------------------------------------------

    @Test
    void oneAtRestGoesWithHalfAHeadAndItsHandlersSeeItEnd() throws Exception {
        RawClient client = connect(program::addTo);
        client.send(get("/a"));
        mustAnswer(client, "/a");
        client.send("GET /b HT");
        worker.awaitReceived(0, get("/a").length() + "GET /b HT".length());
        worker.leave();
        PipelineWorker.Sent sent = worker.sent();
        assertThat(sent.state()).asString(US_ASCII).isEqualTo("GET /b HT");
        worker.confirmFirst();
        await().until(() -> !worker.channel(0).isOpen());
        assertThat(program.events).containsExactly("LEAVING", "HANDED_BACK", "inactive", "removed");
    }

    @Test
    void oneWithARequestInProgressGoesBehindItsResponseWithWhatWasPipelined() throws Exception {
        program.keepsUnanswered = true;
        RawClient client = connect(program::addTo);
        client.send(get("/a"));
        String first = program.nextUnanswered();
        worker.leave();
        client.send(get("/b") + "GET /c");
        worker.awaitReceived(0, 2L * get("/a").length() + "GET /c".length());
        assertThat(program.unanswered).as("the one behind it waits").isEmpty();
        AnsweringProgram.answer(worker.channel(0), first);
        RawClient.Answer answer = client.answer();
        assertThat(answer.body()).isEqualTo("/a");
        assertThat(answer.headers()).doesNotContainKey("Connection");
        assertThat(worker.sent().state()).asString(US_ASCII).isEqualTo(get("/b") + "GET /c");
    }

    @Test
    void oneThatNoOtherWorkerTakesIsServedHereForTheLastTime() throws Exception {
        RawClient client = connect(program::addTo);
        client.send(get("/a"));
        mustAnswer(client, "/a");
        client.send("GET /b");
        worker.awaitReceived(0, get("/a").length() + "GET /b".length());
        worker.leave();
        worker.sent().copy().close();
        worker.returnFirst();
        client.send(" HTTP/1.1\r\nHost: t\r\n\r\n");
        RawClient.Answer answer = client.answer();
        assertThat(answer.body()).isEqualTo("/b");
        assertThat(answer.headers()).containsEntry("Connection", "close");
        assertThat(client.isEnded()).isTrue();
    }

    @Test
    void whatAnotherWorkerHasReadIsReadHereWhenItIsAskedFor() throws Exception {
        RawClient client = connect(program::addTo);
        client.send(get("/a") + "GET /b HTTP/1.1\r\n");
        mustAnswer(client, "/a");
        worker.leave();
        PipelineWorker.Sent sent = worker.sent();
        try (PipelineWorker next = PipelineWorker.withMaster()) {
            next.adopt(sent, channel -> {
                channel.config().setAutoRead(false);
                program.addTo(channel);
            });
            client.send("Host: t\r\n\r\n");
            next.run(next.channel(0)::read);
            next.run(next.channel(0)::read);
            mustAnswer(client, "/b");
        }
    }

    @Test
    void handlerThatKeepsSomethingForItsConnectionKeepsTheConnection() throws Exception {
        RawClient client = connect(new WorkerHandler() {
            @Override
            public void initChannel(Channel channel) {
                program.addTo(channel);
            }

            @Override
            public boolean handsBackHttp() {
                return false;
            }
        });
        client.send(get("/a"));
        mustAnswer(client, "/a");
        worker.leave();
        assertThat(client.isEnded()).isTrue();
        assertThat(worker.hasSentNothing()).isTrue();
    }

    // --- what cannot go
    // -----------------------------------------------------------------------------------------------

    @Test
    void withoutAMasterTheNextResponseIsTheLastAndIdleOnesAreClosed() throws Exception {
        worker.close();
        worker = PipelineWorker.alone();
        program.keepsUnanswered = true;
        RawClient busy = connect(program::addTo);
        busy.send(get("/a") + get("/b"));
        RawClient idle = connect(program::addTo);
        await().until(() -> program.unanswered.size() == 2);
        worker.leave();
        assertThat(idle.isEnded()).isTrue();
        AnsweringProgram.answer(worker.channel(0), "/a");
        assertThat(busy.answer().headers()).as("one is pipelined behind it").doesNotContainKey("Connection");
        AnsweringProgram.answer(worker.channel(0), "/b");
        assertThat(busy.answer().headers()).containsEntry("Connection", "close");
        assertThat(busy.isEnded()).isTrue();
    }

    /** The codec gets in when the first bytes have come, and these pass it before it is found. */
    @Test
    void codecThatIsAddedLaterIsFoundAndItsConnectionToldItsEnd() throws Exception {
        WorkerHandler chooses = channel -> channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object bytes) {
                program.addTo(context.channel());
                context.fireChannelRead(bytes);
                context.pipeline().remove(this);
            }
        });
        RawClient client = connect(chooses);
        client.send(get("/a"));
        mustAnswer(client, "/a");
        program.keepsUnanswered = true;
        client.send(get("/b"));
        await().until(() -> program.unanswered.size() == 1);
        worker.leave();
        AnsweringProgram.answer(worker.channel(0), "/b");
        assertThat(client.answer().headers()).containsEntry("Connection", "close");
        assertThat(client.isEnded()).isTrue();
        assertThat(worker.hasSentNothing()).isTrue();
    }

    @Test
    void webSocketIsToldOnceThatTheServerRestarts() throws Exception {
        RawClient client = connect(channel -> channel.pipeline()
                .addLast(
                        new HttpServerCodec(),
                        new HttpObjectAggregator(1024),
                        new WebSocketServerProtocolHandler("/")));
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
        worker.leave();
        assertThat(client.read(4)).startsWith((byte) 0x88).endsWith((byte) (1012 >> 8), (byte) 1012);
        client.read("the server restarts".length());
        client.send(new byte[] {(byte) 0x88, (byte) 0x82, 0, 0, 0, 0, (byte) (1012 >> 8), (byte) 1012});
        assertThat(client.isEnded()).isTrue();
    }

    @Test
    void http2IsToldTwiceAndFinishesItsStreams() throws Exception {
        BlockingQueue<Channel> streams = new LinkedBlockingQueue<>();
        Socket socket = worker.connect(channel -> channel.pipeline()
                .addLast(
                        Http2FrameCodecBuilder.forServer().build(),
                        new Http2MultiplexHandler(new Http2Stream(streams::add))));
        try (RawHttp2 client = RawHttp2.over(socket)) {
            client.get(1, "/a").flush();
            Channel first = Objects.requireNonNull(streams.poll(20, TimeUnit.SECONDS));
            worker.leave();
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
        ExecutorService blocking = TestWorker.threads();
        Http http = Http.handler(request -> Response.text(request.path()));
        http.start(new TestWorker(worker.loop(), blocking, Map.of()));
        WorkerHandler around = new WorkerHandler() {
            @Override
            public void initChannel(Channel channel) throws Exception {
                http.initChannel(channel);
            }
        };
        RawClient client = connect(around);
        client.send(get("/a"));
        mustAnswer(client, "/a");
        client.send("GET /b HTTP/1.1\r\n");
        worker.leave();
        client.send("Host: t\r\n\r\n");
        RawClient.Answer answer = client.answer();
        assertThat(answer.body()).isEqualTo("/b");
        assertThat(answer.headers()).containsEntry("Connection", "close");
        assertThat(client.isEnded()).isTrue();
        blocking.shutdownNow();
    }

    @Test
    void whatIsLeftIsCutAndCounted() throws Exception {
        program.keepsUnanswered = true;
        RawClient busy = connect(program::addTo);
        busy.send(get("/a"));
        connect(channel -> channel.pipeline().addLast(new ChannelInboundHandlerAdapter()));
        await().until(() -> program.unanswered.size() == 1);
        worker.leave();
        assertThat(worker.cut()).isEqualTo("2 connections, with 1 requests in progress");
    }
}
