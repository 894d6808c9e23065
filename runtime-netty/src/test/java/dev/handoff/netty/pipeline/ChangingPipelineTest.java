package dev.handoff.netty.pipeline;

import static dev.handoff.netty.pipeline.AnsweringProgram.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.netty.WorkerHandler;
import dev.handoff.netty.rig.HaltingSocket;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.rig.RawHttp2;
import dev.handoff.netty.rig.TestCertificate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerUpgradeHandler;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.CleartextHttp2ServerUpgradeHandler;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.Socket;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pipelines of a program's own that change: codecs come later, or go, and what was spoken before a worker leaves is not what is spoken
 * when it does. No connection in the middle of something is closed, and each is told its end that can be.
 */
final class ChangingPipelineTest {
    private static final io.netty.handler.codec.http.HttpVersion HTTP =
            io.netty.handler.codec.http.HttpVersion.HTTP_1_1;

    private final AnsweringProgram program = new AnsweringProgram();
    private final BlockingQueue<ChannelHandlerContext> asked = new LinkedBlockingQueue<>();
    private final BlockingQueue<Channel> streams = new LinkedBlockingQueue<>();
    private final PipelineWorker worker = PipelineWorker.withMaster();

    ChangingPipelineTest() throws IOException {}

    @AfterEach
    void leaveNothing() throws Exception {
        program.close();
        worker.close();
    }

    private RawClient connect(WorkerHandler handler) throws IOException {
        return new RawClient(worker.connect(handler));
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        return Objects.requireNonNull(queue.poll(20, TimeUnit.SECONDS), "it has not come within 20 s");
    }

    private static void skipHead(RawClient client) throws IOException {
        for (String line = client.line(); !line.isEmpty(); line = client.line()) {}
    }

    private static void mustEcho(RawClient client, String text) throws IOException {
        client.send(text);
        mustRead(client, text);
    }

    private static void mustRead(RawClient client, String text) throws IOException {
        assertThat(client.read(text.length())).asString(US_ASCII).isEqualTo(text);
    }

    private void mustBeToldItsEnd(RawClient client) throws IOException {
        RawClient.Answer answer = client.answer();
        assertThat(answer.headers()).containsEntry("Connection", "close");
        assertThat(client.isEnded()).isTrue();
        assertThat(worker.hasSentNothing()).isTrue();
    }

    // --- codecs that go ---------------------------------------------------------------------------------------------

    @Test
    void refusedTunnelIsAConnectionAsAnyOther() throws Exception {
        RawClient idle = connect(program::addTo);
        RawClient busy = connect(program::addTo);
        for (RawClient client : new RawClient[] {idle, busy}) {
            client.send("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(405);
        }
        program.keepsUnanswered = true;
        busy.send(get("/a"));
        program.nextUnanswered();
        worker.leave();
        assertThat(idle.isEnded()).isTrue();
        AnsweringProgram.answer(worker.channel(1), "/a");
        mustBeToldItsEnd(busy);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /tunnel", "CONNECT a:1"})
    void tunnelIsLeftToItsHandlers(String target) throws Exception {
        RawClient client = connect(this::tunnel);
        client.send(target + " HTTP/1.1\r\nHost: a:1\r\n\r\n");
        skipHead(client);
        mustEcho(client, "before");
        worker.leave();
        worker.outlastFarewells();
        mustEcho(client, "after");
    }

    private void tunnel(Channel channel) {
        channel.pipeline().addLast(new HttpServerCodec(), new SimpleChannelInboundHandler<>(false) {
            @Override
            protected void channelRead0(ChannelHandlerContext context, Object message) {
                if (message instanceof LastHttpContent) {
                    context.write(new DefaultHttpResponse(HTTP, HttpResponseStatus.OK));
                    context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
                    context.pipeline().remove(HttpServerCodec.class);
                } else if (message instanceof ByteBuf bytes) {
                    context.writeAndFlush(bytes);
                }
            }
        });
    }

    /** In Netty they wait in the codec, and its removal gives them on. */
    @Test
    void bytesBehindAnUpgradeThatIsAnsweredLaterReachWhatComesNext() throws Exception {
        RawClient client = connect(channel -> channel.pipeline()
                .addLast(new HttpServerCodec(), new SimpleChannelInboundHandler<>(false) {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, Object message) {
                        if (message instanceof HttpRequest) {
                            asked.add(context);
                        } else if (message instanceof ByteBuf bytes) {
                            context.writeAndFlush(bytes);
                        }
                    }
                }));
        client.send("GET / HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly");
        ChannelHandlerContext context = next(asked);
        worker.run(() -> {
            context.writeAndFlush(new DefaultFullHttpResponse(HTTP, HttpResponseStatus.SWITCHING_PROTOCOLS));
            context.pipeline().remove(HttpServerCodec.class);
        });
        skipHead(client);
        mustRead(client, "early");
        mustEcho(client, "later");
    }

    @Test
    void programThatBuildsItsPipelineAnewIsNotCutOff() throws Exception {
        RawClient client = connect(channel -> channel.pipeline()
                .addLast(new HttpServerCodec(), new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext context) {
                        ChannelPipeline pipeline = context.pipeline();
                        while (!(pipeline.last() instanceof HttpServerCodec)) {
                            pipeline.removeLast();
                        }
                        pipeline.remove(HttpServerCodec.class);
                        program.addTo(context.channel());
                    }
                }));
        program.keepsUnanswered = true;
        client.send(get("/a"));
        String target = program.nextUnanswered();
        worker.leave();
        worker.outlastFarewells();
        AnsweringProgram.answer(worker.channel(0), target);
        assertThat(client.answer().body()).isEqualTo(target);
    }

    // --- HTTP/2 without TLS -----------------------------------------------------------------------------------------

    private void http1OrHttp2(Channel channel) {
        HttpServerCodec codec = new HttpServerCodec();
        HttpServerUpgradeHandler upgrade = new HttpServerUpgradeHandler(codec, protocol -> null, 1024);
        channel.pipeline().addLast(new CleartextHttp2ServerUpgradeHandler(codec, upgrade, new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel opened) {
                opened.pipeline()
                        .addLast(Http2FrameCodecBuilder.forServer().build(), new Http2MultiplexHandler(new Streams()));
            }
        }));
    }

    private final class Streams extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel stream) {
            stream.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object frame) {
                    if (frame instanceof Http2HeadersFrame) {
                        streams.add(context.channel());
                    }
                    ReferenceCountUtil.release(frame);
                }
            });
        }
    }

    private static void answerStream(Channel stream) {
        stream.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200"), true));
    }

    /** The codec of HTTP/1 was there, and has gone unread. */
    @Test
    void http2ByPriorKnowledgeFinishesItsStreams() throws Exception {
        try (RawHttp2 client = RawHttp2.over(worker.connect(this::http1OrHttp2))) {
            client.get(1, "/a").flush();
            Channel stream = next(streams);
            worker.leave();
            assertThat(client.await(RawHttp2.GOAWAY).number(0)).isEqualTo(Integer.MAX_VALUE);
            assertThat(client.await(RawHttp2.GOAWAY).number(0)).isEqualTo(1);
            worker.outlastFarewells();
            answerStream(stream);
            assertThat(client.answer(1).status()).isEqualTo(200);
            assertThat(client.awaitEnd()).isNotPositive();
        }
    }

    @Test
    void http2WhosePrefaceIsHalfThereIsToldItsEndWhenItHasBegun() throws Exception {
        Socket socket = worker.connect(this::http1OrHttp2);
        byte[] preface = RawHttp2.PREFACE.getBytes(US_ASCII);
        socket.getOutputStream().write(preface, 0, 10);
        worker.awaitReceived(0, 10);
        worker.leave();
        worker.outlastFarewells();
        socket.getOutputStream().write(preface, 10, preface.length - 10);
        try (RawHttp2 client = RawHttp2.behindPreface(socket)) {
            client.get(1, "/a").flush();
            assertThat(client.await(RawHttp2.GOAWAY).number(0)).isEqualTo(Integer.MAX_VALUE);
            answerStream(next(streams));
            assertThat(client.answer(1).status()).isEqualTo(200);
        }
    }

    // --- codecs that come later -------------------------------------------------------------------------------------

    /** The program's first handler decides, and what it adds stands at the end or right behind it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void firstRequestOfACodecThatComesWithItIsFinished(boolean atTheEnd) throws Exception {
        RawClient client = connect(channel -> channel.pipeline().addLast(new Choosing(atTheEnd)));
        program.keepsUnanswered = true;
        client.send(get("/a"));
        String target = program.nextUnanswered();
        worker.leave();
        worker.outlastFarewells();
        AnsweringProgram.answer(worker.channel(0), target);
        mustBeToldItsEnd(client);
    }

    private final class Choosing extends ChannelInboundHandlerAdapter {
        private final boolean atTheEnd;

        Choosing(boolean atTheEnd) {
            this.atTheEnd = atTheEnd;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            ChannelPipeline pipeline = context.pipeline();
            if (atTheEnd) {
                program.addTo(context.channel());
            } else {
                pipeline.addAfter(context.name(), "program", new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        program.addAfter(channel, "program");
                    }
                });
            }
            context.fireChannelRead(bytes);
            pipeline.remove(this);
        }
    }

    @Test
    void codecThatComesAfterLongIsFoundWhenItsWorkerLeaves() throws Exception {
        RawClient client = connect(channel -> channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            private int greeting = 2 * LateCodecWatch.MOST_READS;

            @Override
            public void channelRead(ChannelHandlerContext context, Object bytes) {
                ReferenceCountUtil.release(bytes);
                greeting--;
                context.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {'.'}));
                if (greeting == 0) {
                    program.addTo(context.channel());
                    context.pipeline().remove(this);
                }
            }
        }));
        for (int i = 0; i < 2 * LateCodecWatch.MOST_READS; i++) {
            client.send("x");
            mustRead(client, ".");
        }
        program.keepsUnanswered = true;
        client.send(get("/a"));
        String target = program.nextUnanswered();
        worker.leave();
        worker.outlastFarewells();
        AnsweringProgram.answer(worker.channel(0), target);
        mustBeToldItsEnd(client);
    }

    @Test
    void whatComesBehindTheLastResponseIsNotServed() throws Exception {
        RawClient client = connect(channel -> channel.pipeline().addLast(new Choosing(true)));
        program.keepsUnanswered = true;
        client.send(get("/a"));
        program.nextUnanswered();
        worker.leave();
        HttpResponse endless = new DefaultHttpResponse(HTTP, HttpResponseStatus.OK);
        HttpUtil.setTransferEncodingChunked(endless, true);
        worker.channel(0).writeAndFlush(endless);
        assertThat(client.line()).isEqualTo("HTTP/1.1 200 OK");
        skipHead(client);
        client.send(get("/b") + "POST /c HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
        worker.awaitReceived(0, 2L * get("/a").length() + "POST /c HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc".length());
        worker.channel(0).writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        assertThat(client.chunk()).isEmpty();
        assertThat(client.isEnded()).isTrue();
        assertThat(program.unanswered).isEmpty();
    }

    // --- ends that only the program knows ---------------------------------------------------------------------------

    @Test
    void responseWithoutALengthEndsWithItsConnection() throws Exception {
        RawClient client = connect(channel -> channel.pipeline()
                .addLast(new HttpServerCodec(), new SimpleChannelInboundHandler<LastHttpContent>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, LastHttpContent end) {
                        context.write(new DefaultHttpResponse(HTTP, HttpResponseStatus.OK));
                        context.writeAndFlush(new DefaultLastHttpContent(Unpooled.copiedBuffer("abc", US_ASCII)));
                        asked.add(context);
                    }
                }));
        client.send(get("/a"));
        skipHead(client);
        mustRead(client, "abc");
        ChannelHandlerContext context = next(asked);
        worker.leave();
        context.close();
        assertThat(client.isEnded()).isTrue();
        assertThat(worker.hasSentNothing()).isTrue();
    }

    // --- reading by hand --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void handlersThatReadByHandStillHearOfBytesWhenNoOtherWorkerTakesTheirConnection(boolean untouched)
            throws Exception {
        RawClient client = connect(channel -> {
            channel.config().setAutoRead(false);
            program.addTo(channel);
            channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelActive(ChannelHandlerContext context) {
                    context.read();
                }

                @Override
                public void channelReadComplete(ChannelHandlerContext context) {
                    context.read();
                }
            });
        });
        if (!untouched) {
            client.send(get("/a"));
            assertThat(client.answer().body()).isEqualTo("/a");
        }
        worker.leave();
        worker.sent().copy().close();
        client.send(get("/b"));
        worker.returnFirst();
        mustBeToldItsEnd(client);
    }

    // --- TLS --------------------------------------------------------------------------------------------------------

    /** The client's first record is half there; what counts for an idle connection counts from the end of its handshake. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void handshakeIsFinishedThoughItsWorkerLeaves(boolean negotiated) throws Exception {
        SslContext tls = SslContextBuilder.forServer(
                        TestCertificate.SERVER.chain().toFile(),
                        TestCertificate.SERVER.key().toFile())
                .build();
        WorkerHandler handler = channel -> {
            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
            if (negotiated) {
                channel.pipeline().addLast(new Negotiation());
            } else {
                program.addTo(channel);
            }
        };
        HaltingSocket halting = new HaltingSocket(worker.connect(handler));
        HaltingSocket haltingAndIdle = new HaltingSocket(worker.connect(handler));
        RawClient client = new RawClient(halting.tls());
        RawClient idle = new RawClient(haltingAndIdle.tls());
        CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> unchecked(() -> client.send(get("/a"))));
        CompletableFuture<Boolean> ended = CompletableFuture.supplyAsync(() -> unchecked(idle::isEnded));
        worker.awaitReceived(0, HaltingSocket.FIRST);
        worker.awaitReceived(1, HaltingSocket.FIRST);
        worker.leave();
        worker.outlastFarewells();
        halting.goOn();
        haltingAndIdle.goOn();
        sent.get(20, TimeUnit.SECONDS);
        mustBeToldItsEnd(client);
        assertThat(ended.get(20, TimeUnit.SECONDS)).isTrue();
    }

    private static <T> T unchecked(Callable<T> call) {
        try {
            return call.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Negotiation extends ApplicationProtocolNegotiationHandler {
        Negotiation() {
            super("http/1.1");
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext context, String protocol) {
            program.addTo(context.channel());
        }
    }
}
