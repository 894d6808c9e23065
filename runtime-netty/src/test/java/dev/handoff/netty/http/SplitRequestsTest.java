package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wherever the bytes of a request are cut in two, it is understood, or refused, as if they had come together. */
class SplitRequestsTest {
    private static final int MAX_HEAD = 8 * 1024;
    private static final int MAX_BODY = 1024 * 1024;
    private static final String SECOND = "GET /second HTTP/1.1\r\nHost: t\r\n\r\n";

    /** Longer ones differ in the length of one part only. */
    private static final int LONGEST = 1_000;

    static List<RequestCase> requests() {
        return Stream.concat(RequestCase.refused().stream(), RequestCase.accepted().stream())
                .filter(request -> request.bytes().length() <= LONGEST)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("requests")
    void aCutChangesNothing(RequestCase request) {
        String text = request.bytes() + SECOND;
        String whole = new Reading().read(text).outcome();
        for (int cut = 1; cut < text.length(); cut++) {
            String outcome = new Reading()
                    .read(text.substring(0, cut))
                    .read(text.substring(cut))
                    .outcome();
            assertThat(outcome).as("cut after %d bytes", cut).isEqualTo(whole);
        }
    }

    /** What a connection does with its bytes, but for the connection. */
    private static final class Reading implements BodyFeed {
        private final HeadReader heads = new HeadReader(MAX_HEAD, MAX_HEAD);
        private final StringBuilder outcome = new StringBuilder();
        private ByteBuf input = Unpooled.EMPTY_BUFFER;
        private boolean refused;
        private @Nullable BodyReader body;

        Reading read(String bytes) {
            input = Unpooled.wrappedBuffer(input, Unpooled.copiedBuffer(bytes, ISO_8859_1));
            try {
                while (!refused && input.isReadable() && step()) {}
            } catch (HttpFailure failure) {
                refused = true;
                outcome.append(failure.status());
            }
            return this;
        }

        private boolean step() {
            BodyReader begun = body;
            if (begun != null) {
                return begun.read(input, this);
            }
            RequestHead head = heads.read(input);
            if (head == null) {
                return false;
            }
            outcome.append(head.method()).append(head.target().path()).append(head.headers());
            begun = new Http1BodyReader(head, MAX_BODY, MAX_HEAD);
            body = begun;
            begun.read(input, this);
            return true;
        }

        String outcome() {
            return outcome.toString();
        }

        @Override
        public boolean wantsMore() {
            return true;
        }

        @Override
        public void accept(ByteBuf in, int count) {
            outcome.append(in.readCharSequence(count, ISO_8859_1));
        }

        @Override
        public void complete() {
            body = null;
        }

        @Override
        public void fail(IOException cause) {
            throw new AssertionError("nobody ends this", cause);
        }
    }
}
