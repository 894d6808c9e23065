package dev.handoff.netty.http;

import dev.handoff.netty.worker.ProgramCode;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Sends what a publisher publishes: one element is asked for at a time, the next when that one has been written out. Signals
 * may come on any thread; each becomes a task of the event loop, so that they keep their order.
 */
final class PublisherSender implements BodySender, Flow.Subscriber<ByteBuffer> {
    private final BodyOutput output;
    private final Flow.Publisher<ByteBuffer> publisher;
    private Flow.@Nullable Subscription subscription;
    private boolean ended;

    PublisherSender(BodyOutput output, Flow.Publisher<ByteBuffer> publisher) {
        this.output = output;
        this.publisher = publisher;
    }

    @Override
    public void start() {
        publisher.subscribe(this);
    }

    @Override
    public void cancel() {
        ended = true;
        Flow.Subscription begun = subscription;
        if (begun != null) {
            ProgramCode.run(publisher, "it could not be told that its response is wanted no more", begun::cancel);
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription begun) {
        output.execute(() -> {
            if (subscription != null || ended) {
                begun.cancel();
                return;
            }
            subscription = begun;
            begun.request(1);
        });
    }

    @Override
    public void onNext(ByteBuffer bytes) {
        output.execute(() -> {
            if (ended || output.isEnded()) {
                return;
            }
            if (bytes.hasRemaining()) {
                output.send(Unpooled.wrappedBuffer(bytes)).addListener(sent -> output.run(this::askForMore));
            } else {
                askForMore();
            }
        });
    }

    @Override
    public void onError(Throwable failure) {
        output.execute(() -> {
            if (!ended) {
                ended = true;
                output.fail(failure);
            }
        });
    }

    @Override
    public void onComplete() {
        output.execute(() -> {
            if (!ended) {
                ended = true;
                output.end();
            }
        });
    }

    private void askForMore() {
        if (!ended && subscription != null) {
            subscription.request(1);
        }
    }
}
