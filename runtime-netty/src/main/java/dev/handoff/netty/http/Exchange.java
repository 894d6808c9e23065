package dev.handoff.netty.http;

import dev.handoff.netty.Body;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import dev.handoff.netty.websocket.PerMessageDeflate;
import dev.handoff.netty.worker.Exhaustion;
import dev.handoff.netty.worker.ProgramCode;
import dev.handoff.unix.RareLog;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its response. Used on the connection's event loop, but for what a blocking handler does in
 * {@link #handleBlocking}.
 */
final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final RareLog UNANSWERED = new RareLog(LOG);

    /** RFC 9110, 15.3.6: a response of this status has no content, and says so by its length. */
    private static final int RESET_CONTENT = 205;

    private static final byte[] NO_BODY = {};

    private final Carrier carrier;
    private final RequestHead head;
    private @Nullable ServerRequest served;
    private @Nullable BodyReader reader;
    private @Nullable BodyFeed feed;
    private @Nullable BodySender sender;
    private @Nullable Gzip gzip;
    private boolean continued;
    private boolean refused;
    private boolean answered;
    private boolean headSent;
    private boolean stays;

    Exchange(Carrier carrier, RequestHead head) {
        this.carrier = carrier;
        this.head = head;
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

    /** Answers with an error status and ends what carries this: what follows cannot be understood. */
    void refuse(HttpFailure failure) {
        refused = true;
        endBody(new IOException(failure.getMessage()));
        if (answered) {
            carrier.cut("the request turned out wrong after its response had begun: " + failure.getMessage());
        } else {
            answer(failure.response());
        }
    }

    /** The handler has taken longer than it may. If it answers later, that is too late. */
    void onSlowHandler() {
        if (!answered && !carrier.isEnding()) {
            UNANSWERED.warn(request() + ": the handler has not answered within "
                    + carrier.service().settings.timeouts().answer() + ": answering 503");
            answer(Response.status(503));
        }
    }

    void onConnectionEnded() {
        refused = true;
        endBody(new EOFException("the client has gone"));
        if (sender != null) {
            sender.cancel();
        }
        endCompression();
        if (served != null) {
            served.abort();
        }
    }

    /** The last byte of the response is on its way. */
    void endWith(ChannelFuture last) {
        if (last.isDone()) {
            onWritten(last);
        } else {
            last.addListener(done -> onWritten(last));
        }
    }

    /** The head of the response is on its way. */
    void onHeadSent() {
        headSent = true;
    }

    /** Whether the connection stays behind the response, as its head says. */
    boolean stays() {
        return stays;
    }

    /** The response failed before a byte of it had left. */
    void answerInstead(Throwable failure) {
        takeBack();
        fail(failure);
    }

    /** The response failed after its head had left: only the end of the connection can tell the client. */
    void breakOff(Throwable failure) {
        Exhaustion.check(failure, carrier.service().context.worker());
        if (!carrier.isEnding()) {
            ProgramCode.failed(request(), "the response broke off: cutting the connection", failure);
            carrier.cut("the response broke off");
        }
    }

    /** The handler has failed. */
    void fail(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        Exhaustion.check(cause, carrier.service().context.worker());
        if (cause instanceof HttpFailure refusal) {
            answer(refusal.response());
        } else if (answered || carrier.isEnding()) {
            LOG.debug(
                    "the handler of {} {} failed when its client was answered or gone", head.method(), target(), cause);
        } else {
            ProgramCode.failed(request(), "the handler failed: answering 500", cause);
            answer(Response.status(500));
        }
    }

    private String request() {
        return head.method() + " " + target();
    }

    private String target() {
        return head.target().text();
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
            answerRejected(e);
        }
    }

    private void beginStreaming() {
        if (reader == null) {
            handle(WholeBody.EMPTY);
            return;
        }
        PublishedBody published = new PublishedBody(carrier::execute, this::onBodyWanted, this::onSubscriberFailed);
        feed = published;
        handle(published);
    }

    /* A response that is being sent may hang on what the subscriber makes of the body. */
    private void onSubscriberFailed(Throwable failure) {
        if (sender == null) {
            fail(failure);
        } else {
            breakOff(failure);
        }
    }

    private void onBodyWanted() {
        sayContinue();
        carrier.proceed();
    }

    /* Also when the body is on its way already: whoever asked gets the leave, once, unless the response has begun. */
    private void sayContinue() {
        if (head.expectsContinue() && !continued && !headSent && !carrier.isEnding()) {
            continued = true;
            carrier.writer().sendContinue();
        }
    }

    private void handle(Body body) {
        try {
            answer(responseTo(serve(body)));
        } catch (Throwable e) {
            fail(e);
        }
    }

    private void handleBlocking(Request request) {
        try {
            Response response = responseTo(request);
            carrier.execute(() -> answer(response));
        } catch (Throwable e) {
            carrier.execute(() -> fail(e));
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

    /* Whoever calls this has nobody to tell of a failure: it is dealt with here, or the client waits for ever. */
    private void answer(Response response) {
        if (answered || carrier.isEnding()) {
            return;
        }
        try {
            answerByContent(response);
        } catch (Throwable e) {
            if (headSent) {
                breakOff(e);
            } else {
                answerInstead(e);
            }
        }
    }

    private void answerByContent(Response response) {
        ResponseContent content = Responses.content(response);
        if (isTakenForWebSocket(response)) {
            answer(HttpFailure.badRequest("there is no WebSocket here").response());
        } else if (response.code() == RESET_CONTENT && !(content instanceof ResponseContent.Later)) {
            sendWhole(response, NO_BODY);
        } else if (content instanceof ResponseContent.Bytes whole) {
            answerWhole(response, whole.bytes());
        } else if (content instanceof ResponseContent.Later later) {
            answerLater(later);
        } else {
            answerPiecewise(response, content);
        }
    }

    /** RFC 8441, 5: to a client of HTTP/2 that wants a WebSocket every success says that this is one. */
    private boolean isTakenForWebSocket(Response response) {
        ResponseContent content = Responses.content(response);
        return head.isExtendedConnect()
                && response.code() >= 200
                && response.code() < 300
                && !(content instanceof ResponseContent.Opened || content instanceof ResponseContent.Later);
    }

    private void answerLater(ResponseContent.Later later) {
        var unused = later.response()
                .whenComplete((response, failure) -> carrier.execute(() -> {
                    if (failure != null) {
                        fail(failure);
                    } else if (response == null) {
                        fail(new NullPointerException("the response that was to come later is null"));
                    } else {
                        answer(response);
                    }
                }));
    }

    private void answerWhole(Response response, byte[] body) {
        if (compression().isTooShort(body.length)) {
            sendWhole(response, body);
        } else {
            answerWhole(compression().choose(head, response), body);
        }
    }

    private void answerWhole(Compression.Choice choice, byte[] body) {
        if (!choice.gzip()) {
            sendWhole(choice.response(), body);
        } else if (!head.isHead() && body.length <= Gzip.MOST_AT_ONCE) {
            sendWhole(choice.response(), Gzip.compress(body));
        } else {
            answered = true;
            stays = mayStay() && bodyIsComplete();
            answerCompressed(choice.response(), output -> new BytesSender(output, body));
        }
    }

    private void sendWhole(Response response, byte[] body) {
        answered = true;
        headSent = true;
        stays = mayStay() && bodyIsComplete();
        endWith(carrier.writer().sendWhole(response, body, head.isHead(), stays));
    }

    private void answerPiecewise(Response response, ResponseContent content) {
        answered = true;
        stays = mayStay();
        if (content instanceof ResponseContent.FileContent file) {
            answerFile(FileAnswer.of(file.file(), head, response, compression()));
        } else if (content instanceof ResponseContent.Opened socket) {
            answerWebSocket(response, socket);
        } else {
            answerUnmeasured(compression().choose(head, response), content);
        }
    }

    private void answerUnmeasured(Compression.Choice choice, ResponseContent content) {
        Response response = choice.response();
        if (head.isHead() || ResponseEncoder.isBodiless(response)) {
            answerHead(response, ResponseWriter.Framing.NONE, 0);
        } else if (choice.gzip()) {
            answerCompressed(response, output -> senderOf(content, output));
        } else {
            stays &= !head.oldVersion();
            start(senderOf(content, output(response, framing(), 0)));
        }
    }

    private BodySender senderOf(ResponseContent content, BodyOutput output) {
        return content instanceof ResponseContent.Written written
                ? new StreamSender(output, carrier.service().context.blocking(), written.writer())
                : new PublisherSender(output, ((ResponseContent.Published) content).chunks());
    }

    private void answerFile(FileAnswer answer) {
        stays &= bodyIsComplete();
        if (Responses.content(answer.response()) instanceof ResponseContent.Bytes none) {
            sendWhole(answer.response(), none.bytes());
        } else if (compression().isTooShort(answer.length())) {
            answerFile(new Compression.Choice(answer.response(), false), answer);
        } else {
            answerFile(compression().choose(head, answer.response()), answer);
        }
    }

    private void answerFile(Compression.Choice choice, FileAnswer answer) {
        FileChannel file = answer.file();
        if (choice.gzip()) {
            answerCompressed(
                    choice.response(),
                    output -> new FileSender(output, Objects.requireNonNull(file), answer.parts(), false));
        } else if (file == null) {
            answerHead(choice.response(), ResponseWriter.Framing.LENGTH, answer.length());
        } else {
            BodyOutput output = output(choice.response(), ResponseWriter.Framing.LENGTH, answer.length());
            start(new FileSender(output, file, answer.parts(), carrier.writer().takesFiles()));
        }
    }

    /** How long it will be is not known before its end. */
    private void answerCompressed(Response response, Function<BodyOutput, BodySender> sending) {
        if (head.isHead()) {
            answerHead(response, ResponseWriter.Framing.NONE, 0);
        } else {
            gzip = new Gzip();
            start(sending.apply(output(response, ResponseWriter.Framing.CHUNKED, 0)));
        }
    }

    private Compression compression() {
        return carrier.service().compression;
    }

    private void endCompression() {
        if (gzip != null) {
            gzip.close();
            gzip = null;
        }
    }

    private void answerWebSocket(Response response, ResponseContent.Opened socket) {
        Optional<Response> refusal = WebSocketHandshake.refusal(head);
        if (refusal.isPresent()) {
            answered = false;
            answer(refusal.get());
            return;
        }
        Optional<String> deflate =
                WebSocketHandshake.deflate(head, carrier.service().settings.webSocket());
        Response agreed = deflate.map(terms -> Responses.plus(response, PerMessageDeflate.EXTENSIONS, terms))
                .orElse(response);
        carrier.becomeWebSocket(head, agreed, deflate.isPresent(), socket.opened());
    }

    private void answerHead(Response response, ResponseWriter.Framing framing, long length) {
        stays &= bodyIsComplete();
        output(response, framing, length).end();
    }

    private ResponseWriter.Framing framing() {
        return head.oldVersion() ? ResponseWriter.Framing.UNTIL_CLOSE : ResponseWriter.Framing.CHUNKED;
    }

    private BodyOutput output(Response response, ResponseWriter.Framing framing, long length) {
        return new BodyOutput(carrier, this, response, framing, length, gzip);
    }

    private void start(BodySender begun) {
        sender = begun;
        try {
            begun.start();
        } catch (RejectedExecutionException e) {
            takeBack();
            answerRejected(e);
        }
    }

    /* What was begun may have sent signals that are still to come: none may follow another answer. */
    private void takeBack() {
        answered = false;
        if (sender != null) {
            sender.cancel();
            sender = null;
        }
        endCompression();
    }

    private void answerRejected(RejectedExecutionException why) {
        Exhaustion.check(why, carrier.service().context.worker());
        UNANSWERED.warn(request() + ": no thread for it: answering 503");
        answer(Response.status(503).header("Retry-After", "1"));
    }

    private boolean mayStay() {
        return head.keepAlive() && !refused && carrier.mayStay();
    }

    private boolean bodyIsComplete() {
        return reader == null || reader.isComplete();
    }

    private void endBody(IOException cause) {
        if (feed != null) {
            feed.fail(cause);
        }
    }

    private void onWritten(ChannelFuture last) {
        if (carrier.isEnding()) {
            return;
        }
        if (!last.isSuccess()) {
            carrier.cut("the response could not be written: " + last.cause());
            return;
        }
        sender = null;
        boolean whole = bodyIsComplete();
        if (!whole) {
            endBody(new EOFException("the response was sent before the body had come"));
        }
        carrier.onAnswered(stays && whole, !head.keepAlive() && whole && !refused);
    }
}
