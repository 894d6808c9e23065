package dev.handoff.netty.pipeline;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.netty.WorkerHandler;
import dev.handoff.netty.http.RequestCase;
import dev.handoff.netty.worker.Connection;
import dev.handoff.netty.worker.TestLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Netty's codec reads the same with what follows it and without, and a connection that goes takes along what was not read. */
final class NettyHttp1Test {
    private static final String NEXT = "POST /next HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nok";
    private static final int MOST_CUTS = 40;

    private final List<Reader> readers = new ArrayList<>();
    private Supplier<HttpServerCodec> codec = HttpServerCodec::new;

    @AfterEach
    void closeAll() {
        readers.forEach(Reader::close);
    }

    // --- what the codec reads -------------------------------------------------------------------------------------

    static Stream<RequestCase> all() {
        return Stream.concat(RequestCase.accepted().stream(), RequestCase.refused().stream());
    }

    @ParameterizedTest
    @MethodSource("all")
    void codecReadsTheSame(RequestCase request) {
        readsTheSame(request.bytes() + NEXT);
    }

    /** One that is as lenient as it can be told to be. */
    @ParameterizedTest
    @MethodSource("all")
    void lenientCodecReadsTheSame(RequestCase request) {
        codec = () -> new HttpServerCodec(new HttpDecoderConfig()
                .setStrictLineParsing(false)
                .setUseRfc9112TransferEncoding(false)
                .setAllowDuplicateContentLengths(true)
                .setValidateHeaders(false));
        readsTheSame(request.bytes() + NEXT);
    }

    private void readsTheSame(String bytes) {
        readsTheSame(List.of(bytes), "at once");
        readsTheSame(bytes.chars().mapToObj(Character::toString).toList(), "byte by byte");
        cuts(bytes).forEach(cut -> {
            List<String> alone = readsTheSame(List.of(bytes.substring(0, cut), bytes.substring(cut)), "cut at " + cut);
            goesOnElsewhere(bytes, cut, alone);
        });
    }

    private List<String> readsTheSame(List<String> pieces, String how) {
        List<String> alone = reader(false).feed(pieces).end();
        assertThat(followed(pieces).end()).as(how).isEqualTo(alone);
        return alone;
    }

    /** Wherever it can go, the next worker reads exactly what this one has not. */
    private void goesOnElsewhere(String bytes, int cut, List<String> alone) {
        Reader here = followed(List.of(bytes.substring(0, cut)));
        Optional<byte[]> state = here.release();
        if (state.isPresent()) {
            List<String> read = new ArrayList<>(here.read);
            Reader there = followed(List.of(new String(state.get(), ISO_8859_1) + bytes.substring(cut)));
            read.addAll(there.end());
            assertThat(read).as("handed back at " + cut).isEqualTo(alone);
        }
    }

    private static IntStream cuts(String bytes) {
        int step = Math.max(1, bytes.length() / MOST_CUTS);
        return IntStream.iterate(1, cut -> cut < bytes.length(), cut -> cut + step);
    }

    private Reader followed(List<String> pieces) {
        return reader(true).feed(pieces);
    }

    private Reader reader(boolean followed) {
        Reader reader = new Reader(codec.get(), followed);
        readers.add(reader);
        return reader;
    }

    // --- when it can go -------------------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("accepted")
    void oneAtRestCanGoWithAndWithoutHalfAHead(RequestCase request) {
        Reader reader = followed(List.of(request.bytes()));
        assertThat(state(reader)).as("behind it").isBlank();
        reader.feed(List.of("GET /half"));
        assertThat(state(reader)).as("behind half a head").endsWith("GET /half").hasSizeLessThan(12);
    }

    private static String state(Reader reader) {
        return new String(reader.release().orElseThrow(), ISO_8859_1);
    }

    /* Those that Netty reads, and whose connection stays. */
    static Stream<RequestCase> accepted() {
        return RequestCase.accepted().stream().filter(NettyHttp1Test::staysWithNetty);
    }

    private static boolean staysWithNetty(RequestCase request) {
        Reader alone = new Reader(new HttpServerCodec(), false).feed(List.of(request.bytes()));
        boolean stays = alone.stays && alone.read.stream().noneMatch(line -> line.contains("failure"));
        alone.close();
        return stays;
    }

    @Test
    void mostOfTheTableIsAtRestAtItsEnd() {
        assertThat(accepted().count()).isGreaterThan(RequestCase.accepted().size() / 2);
    }

    @Test
    void oneInTheMiddleOfARequestStays() {
        assertThat(followed(List.of("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf"))
                        .release())
                .isEmpty();
        assertThat(followed(List.of("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"))
                        .release())
                .isEmpty();
    }

    @Test
    void oneThatItsClientEndsStays() {
        assertThat(followed(List.of("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"))
                        .release())
                .isEmpty();
        assertThat(followed(List.of("GET / HTTP/1.0\r\n\r\n")).release()).isEmpty();
    }

    @Test
    void tunnelStays() {
        Reader reader = followed(List.of("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"));
        assertThat(reader.release()).isEmpty();
        reader.feed(List.of("\1\2\3 any bytes\r\n\r\n"));
        assertThat(reader.release()).isEmpty();
    }

    /** A codec on its own, or with what follows it, and a handler that answers each request at its end. */
    private static final class Reader extends ChannelInboundHandlerAdapter implements WorkerHandler {
        private final Connection connection;
        private final EmbeddedChannel channel;
        private final List<String> read = new ArrayList<>();
        private boolean stays = true;

        Reader(HttpServerCodec codec, boolean followed) {
            channel = new EmbeddedChannel();
            NettyCodecs codecs = new NettyCodecs();
            connection = TestLoop.connection(channel, this, codecs);
            channel.pipeline().addLast(codec, this);
            if (followed) {
                codecs.built(channel, connection);
            }
        }

        Reader feed(List<String> pieces) {
            for (String piece : pieces) {
                // The codec closes by itself behind some requests.
                if (channel.isActive()) {
                    TestLoop.received(connection, piece.length());
                    channel.writeInbound(Unpooled.wrappedBuffer(piece.getBytes(ISO_8859_1)));
                }
            }
            return this;
        }

        Optional<byte[]> release() {
            return NettyHttp1.of(channel).orElseThrow().release();
        }

        List<String> end() {
            close();
            return read;
        }

        void close() {
            channel.close();
            for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
                ReferenceCountUtil.release(out);
            }
        }

        @Override
        public void initChannel(Channel opened) {}

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            note((HttpObject) message);
            if (message instanceof LastHttpContent) {
                FullHttpResponse response = new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(new byte[] {'a'}));
                HttpUtil.setContentLength(response, 1);
                context.writeAndFlush(response);
            }
            ReferenceCountUtil.release(message);
        }

        /* Where a body is cut is left to the codec. */
        private void note(HttpObject object) {
            String result = object.decoderResult().isFailure()
                    ? " failure " + object.decoderResult().cause().getClass().getSimpleName()
                    : "";
            if (object instanceof HttpMessage message) {
                read.add(message + result);
            }
            if (object instanceof HttpRequest request) {
                stays &= HttpUtil.isKeepAlive(request);
            }
            if (object instanceof HttpContent content) {
                note(content.content());
                read.add(object instanceof LastHttpContent last ? "end " + last.trailingHeaders() + result : "more");
                joinContent();
            }
        }

        private void note(ByteBuf content) {
            read.add("content " + content.toString(ISO_8859_1));
        }

        private void joinContent() {
            int size = read.size();
            if (read.get(size - 1).equals("more")) {
                read.remove(size - 1);
                size--;
            }
            int content = read.get(size - 1).startsWith("content ") ? size - 1 : size - 2;
            if (content > 0 && read.get(content - 1).startsWith("content ")) {
                String joined = read.get(content - 1) + read.get(content).substring("content ".length());
                read.subList(content - 1, content + 1).clear();
                read.add(content - 1, joined);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            read.add("exception " + cause);
        }

        @Override
        public String toString() {
            return Arrays.toString(read.toArray());
        }
    }
}
