package dev.handoff.netty.http;

import dev.handoff.netty.Body;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import io.netty.buffer.ByteBuf;
import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response: hands the request to the handler and its body on as it comes. {@link Answer} sends the response.
 * Used on the connection's event loop, but for what a blocking handler does in {@link #handleBlocking}.
 */
final class Exchange {
    private final Carrier carrier;
    private final RequestHead head;
    private final Answer answer;
    private @Nullable ServerRequest served;
    private @Nullable BodyReader reader;
    private @Nullable BodyFeed feed;
    private boolean continued;
    private boolean refused;

    Exchange(Carrier carrier, RequestHead head) {
        this.carrier = carrier;
        this.head = head;
        this.answer = new Answer(carrier, head, this);
    }

    /**
     * Hands the request to the handler, or begins to read its body for it.
     *
     * @throws HttpFailure 413 if the announced body is too long
     */
    void begin() {
        if (head.hasBody()) {
            reader = carrier.bodyReader(head);
        }
        switch (carrier.service().settings.mode()) {
            case WHOLE -> beginWhole();
            case BLOCKING -> beginBlocking();
            case STREAMING -> beginStreaming();
        }
    }

    /**
     * Hands on what has come of the body.
     *
     * @return whether this got any further
     * @throws HttpFailure if the body is malformed or too long
     */
    boolean readBody(ByteBuf input) {
        if (reader == null || feed == null || refused || reader.isComplete()) {
            return false;
        }
        return reader.read(input, feed);
    }

    /** Whether more of the body has to come, and would be taken. */
    boolean wantsBody() {
        return !bodyIsComplete() && !refused && feed != null && feed.wantsMore();
    }

    /** Whether the socket should be read, given whether bytes already wait. With none it is, to hear of the client's end. */
    boolean wantsInput(boolean bytesWait) {
        return bodyIsComplete() ? !bytesWait : wantsBody();
    }

    /** Whether the whole body has come, or there is none. */
    boolean bodyIsComplete() {
        return reader == null || reader.isComplete();
    }

    /** Whether the request turned out wrong, or its client has gone. */
    boolean isRefused() {
        return refused;
    }

    /** Answers with an error status and ends what carries this: what follows cannot be understood. */
    void refuse(HttpFailure failure) {
        refused = true;
        endBody(new IOException(failure.getMessage()));
        if (answer.isChosen()) {
            carrier.cut("the request turned out wrong after its response had begun: " + failure.getMessage());
        } else {
            answer.give(failure.response());
        }
    }

    /** The handler has taken longer than it may. */
    void onSlowHandler() {
        answer.onSlowHandler();
    }

    void onConnectionEnded() {
        refused = true;
        endBody(new EOFException("the client has gone"));
        answer.onConnectionEnded();
        if (served != null) {
            served.abort();
        }
    }

    /** The response was sent: the rest of the body is not read. */
    void stopBody() {
        endBody(new EOFException("the response was sent before the body had come"));
    }

    private void beginWhole() {
        if (reader == null) {
            handle(WholeBody.EMPTY);
            return;
        }
        feed = new BodyCollector(reader.expectedLength(), this::handle);
        sayContinue();
    }

    private void beginBlocking() {
        Body body = WholeBody.EMPTY;
        if (reader != null) {
            StreamedBody streamed = new StreamedBody(() -> carrier.execute(this::onBodyWanted));
            feed = streamed;
            body = streamed;
        }
        Request request = serve(body);
        try {
            carrier.service().context.blocking().execute(() -> handleBlocking(request));
        } catch (RejectedExecutionException e) {
            answer.failForLackOfThreads(e);
        }
    }

    private void beginStreaming() {
        if (reader == null) {
            handle(WholeBody.EMPTY);
            return;
        }
        PublishedBody published = new PublishedBody(carrier::execute, this::onBodyWanted, answer::failWithBody);
        feed = published;
        handle(published);
    }

    private void onBodyWanted() {
        sayContinue();
        carrier.proceed();
    }

    /* Also when the body is on its way already: a client that asked is told to go on, once, unless the response has begun. */
    private void sayContinue() {
        if (head.expectsContinue() && !continued && !answer.isBegun() && !carrier.isEnding()) {
            continued = true;
            carrier.writer().sendContinue();
        }
    }

    private void handle(Body body) {
        try {
            answer.give(responseTo(serve(body)));
        } catch (Throwable e) {
            answer.fail(e);
        }
    }

    private void handleBlocking(Request request) {
        try {
            Response response = responseTo(request);
            carrier.execute(() -> answer.give(response));
        } catch (Throwable e) {
            carrier.execute(() -> answer.fail(e));
        }
    }

    private Request serve(Body body) {
        ServerRequest begun = carrier.request(head, body);
        served = begun;
        return begun;
    }

    private Response responseTo(Request request) throws Exception {
        Response response = carrier.service().settings.handler().handle(request);
        if (response == null) {
            throw new NullPointerException("the handler returned null where a response is due");
        }
        return response;
    }

    private void endBody(IOException cause) {
        if (feed != null) {
            feed.fail(cause);
        }
    }
}
