package dev.handoff.netty.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.netty.Http;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import dev.handoff.netty.WorkerContext;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.worker.TestServer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What could be read in two ways is refused, and the bytes behind it are never taken for a second request. What is right
 * is served, however unusual it is.
 */
class HttpStrictnessTest {
    private static final String SECOND = "GET /second HTTP/1.1\r\nHost: t\r\n\r\n";
    private static final Queue<String> SEEN = new ConcurrentLinkedQueue<>();
    private static TestServer atOnce;
    private static TestServer byteByByte;
    private static TestServer asStreams;

    @BeforeAll
    static void start() throws Exception {
        atOnce = TestServer.serving(Http.handler(HttpStrictnessTest::answer));
        byteByByte = TestServer.serving(new ByteByByte(Http.handler(HttpStrictnessTest::answer)));
        asStreams = TestServer.serving(Http.blocking(HttpStrictnessTest::answer));
    }

    @AfterAll
    static void stop() {
        atOnce.close();
        byteByByte.close();
        asStreams.close();
    }

    @BeforeEach
    void forget() {
        SEEN.clear();
    }

    static List<RequestCase> refused() {
        return RequestCase.refused();
    }

    static List<RequestCase> accepted() {
        return RequestCase.accepted();
    }

    @ParameterizedTest
    @MethodSource("refused")
    void ambiguousRequestIsRefusedAndNothingBehindItIsServed(RequestCase request) throws Exception {
        for (TestServer server : List.of(atOnce, byteByByte, asStreams)) {
            try (RawClient client = server.connect()) {
                client.send(request.bytes() + SECOND);
                RawClient.Answer answer = client.answer();
                assertThat(answer.status()).hasToString(request.expected());
                assertThat(answer.header("Connection")).isEqualTo("close");
                assertThat(client.isEnded()).as("the connection has ended").isTrue();
            }
        }
        assertThat(SEEN).as("requests that a handler saw").isEmpty();
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void unusualRequestIsServedAndSoIsTheNext(RequestCase request) throws Exception {
        for (TestServer server : List.of(atOnce, byteByByte, asStreams)) {
            try (RawClient client = server.connect()) {
                client.send(request.bytes() + SECOND);
                assertThat(client.answer().status()).isEqualTo(200);
                assertThat(client.answer().status()).isEqualTo(200);
            }
            assertThat(SEEN).containsExactly(request.expected(), "GET /second");
            SEEN.clear();
        }
    }

    /** The body is asked for first: one that is malformed ends here. */
    private static Response answer(Request request) {
        String body = request.body().text();
        SEEN.add(request.method() + " " + request.path() + (body.isEmpty() ? "" : " " + body));
        return Response.text("ok");
    }

    /** Lets a handler read one byte at a time, whatever has come together. */
    private record ByteByByte(Http http) implements WorkerHandler {
        @Override
        public void start(WorkerContext context) throws Exception {
            http.start(context);
        }

        @Override
        public void initChannel(Channel channel) throws Exception {
            channel.pipeline().addLast(new Cut());
            http.initChannel(channel);
        }
    }

    private static final class Cut extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            while (bytes.isReadable()) {
                context.fireChannelRead(bytes.readRetainedSlice(1));
            }
            bytes.release();
        }
    }
}
