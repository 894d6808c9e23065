package dev.handoff.netty.http;

import dev.handoff.netty.Body;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A body that a streaming handler subscribes to. Its state is touched on the connection's event loop only. */
final class PublishedBody implements Body, BodyFeed {
    private final Executor loop;
    private final Runnable wantsMoreAgain;
    private final Consumer<Throwable> onFailure;
    private Flow.@Nullable Subscriber<? super ByteBuffer> subscriber;
    private boolean subscribed;
    private boolean complete;
    private @Nullable IOException failure;
    private long demand;

    /**
     * One without a subscriber.
     *
     * @param loop runs tasks on the connection's event loop
     * @param wantsMoreAgain called there when there is demand
     * @param onFailure called there when the subscriber has thrown, with what
     */
    PublishedBody(Executor loop, Runnable wantsMoreAgain, Consumer<Throwable> onFailure) {
        this.loop = loop;
        this.wantsMoreAgain = wantsMoreAgain;
        this.onFailure = onFailure;
    }

    @Override
    public boolean wantsMore() {
        return demand > 0;
    }

    @Override
    public void accept(ByteBuf in, int length) {
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        demand -= demand == Long.MAX_VALUE ? 0 : 1;
        Flow.Subscriber<? super ByteBuffer> told = subscriber;
        if (told != null) {
            tell(() -> told.onNext(ByteBuffer.wrap(bytes)));
        }
    }

    @Override
    public void complete() {
        complete = true;
        end();
    }

    @Override
    public void fail(IOException cause) {
        if (!complete && failure == null) {
            failure = cause;
            end();
        }
    }

    @Override
    public byte[] bytes() {
        throw notWhole();
    }

    @Override
    public String text() {
        throw notWhole();
    }

    @Override
    public <T> T json(Class<T> type) {
        throw notWhole();
    }

    @Override
    public InputStream stream() {
        throw new IllegalStateException("a streaming handler must not wait; streams are for Http.blocking");
    }

    @Override
    public Flow.Publisher<ByteBuffer> publisher() {
        return this::subscribe;
    }

    private static IllegalStateException notWhole() {
        return new IllegalStateException(
                "a streaming handler has its body piece by piece; for a whole one use Http.handler");
    }

    private void subscribe(Flow.Subscriber<? super ByteBuffer> wanted) {
        loop.execute(() -> {
            if (subscribed) {
                refuse(wanted);
                return;
            }
            subscribed = true;
            subscriber = wanted;
            tell(() -> wanted.onSubscribe(new Demand()));
            end();
        });
    }

    private static void refuse(Flow.Subscriber<? super ByteBuffer> second) {
        second.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long count) {}

            @Override
            public void cancel() {}
        });
        second.onError(new IllegalStateException("the body of a request has one subscriber, and this is the second"));
    }

    /** Tells the subscriber of the end, if both are there. */
    private void end() {
        Flow.Subscriber<? super ByteBuffer> told = subscriber;
        if (told == null || !(complete || failure != null)) {
            return;
        }
        subscriber = null;
        IOException cause = failure;
        tell(cause == null ? told::onComplete : () -> told.onError(cause));
    }

    /* A subscriber that throws gets no more. A task reports it, because this may be called in the middle of reading the body. */
    private void tell(Runnable signal) {
        try {
            signal.run();
        } catch (Throwable e) {
            subscriber = null;
            loop.execute(() -> onFailure.accept(e));
        }
    }

    private final class Demand implements Flow.Subscription {
        @Override
        public void request(long count) {
            loop.execute(() -> add(count));
        }

        /* Who no longer listens still has its body read to the end, so that the connection stays in use. */
        @Override
        public void cancel() {
            loop.execute(() -> {
                subscriber = null;
                add(Long.MAX_VALUE);
            });
        }

        private void add(long count) {
            if (count <= 0) {
                fail(new IOException("demand must be positive, not " + count));
                return;
            }
            demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
            wantsMoreAgain.run();
        }
    }
}
