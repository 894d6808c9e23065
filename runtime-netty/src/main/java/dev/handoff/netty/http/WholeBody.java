package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.handoff.netty.Body;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/** A body that has arrived. */
final class WholeBody implements Body {
    static final WholeBody EMPTY = new WholeBody(new byte[0]);

    private final byte[] bytes;

    WholeBody(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public String text() {
        return new String(bytes, UTF_8);
    }

    @Override
    public <T> T json(Class<T> type) {
        return Json.read(bytes, type);
    }

    @Override
    public InputStream stream() {
        return new ByteArrayInputStream(bytes);
    }

    @Override
    public Flow.Publisher<ByteBuffer> publisher() {
        return subscriber -> subscriber.onSubscribe(new OneElement(subscriber));
    }

    private final class OneElement implements Flow.Subscription {
        private final Flow.Subscriber<? super ByteBuffer> subscriber;
        private boolean ended;

        private OneElement(Flow.Subscriber<? super ByteBuffer> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long count) {
            if (ended) {
                return;
            }
            ended = true;
            if (count <= 0) {
                subscriber.onError(new IllegalArgumentException("demand must be positive, not " + count));
                return;
            }
            if (bytes.length > 0) {
                subscriber.onNext(ByteBuffer.wrap(bytes));
            }
            subscriber.onComplete();
        }

        @Override
        public void cancel() {
            ended = true;
        }
    }
}
