package dev.handoff.netty.http;

import dev.handoff.netty.Response;
import dev.handoff.netty.websocket.PerMessageDeflate;
import dev.handoff.netty.worker.Exhaustion;
import dev.handoff.netty.worker.ProgramCode;
import dev.handoff.process.spi.Logs;
import dev.handoff.unix.RareLog;
import io.netty.channel.ChannelFuture;
import java.nio.channels.FileChannel;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The response of one exchange: from the handler's decision, or its failure, to the last byte.
 *
 * <pre>
 *   DUE ──chosen──▶ CHOSEN ──its first byte leaves──▶ BEGUN ──its last byte was written──▶ the carrier is told
 *    ▲                │
 *    └──withdrawn─────┘   it failed before a byte had left; another response takes its place
 * </pre>
 *
 * Used on the connection's event loop.
 */
final class Answer {
    private static final Logger LOG = Logs.of(Answer.class);
    private static final RareLog UNANSWERED = new RareLog(LOG);

    /** RFC 9110, 15.3.6: a response of this status has no content, and says so by its length. */
    private static final int RESET_CONTENT = 205;

    private static final byte[] NO_BODY = {};

    /** How far the response has come. */
    private enum State {
        /** The handler has not answered. */
        DUE,
        /** A response was chosen. Nothing of it has left, so another one may still take its place. */
        CHOSEN,
        /** Its head has left. Only the end of the connection can tell the client of a failure. */
        BEGUN
    }

    private final Carrier carrier;
    private final RequestHead head;
    private final Exchange exchange;
    private State state = State.DUE;
    private @Nullable BodySender sender;
    private @Nullable Gzip gzip;
    private boolean stays;

    Answer(Carrier carrier, RequestHead head, Exchange exchange) {
        this.carrier = carrier;
        this.head = head;
        this.exchange = exchange;
    }

    private void enter(State next) {
        boolean legal = next == State.DUE ? state == State.CHOSEN : next.compareTo(state) > 0;
        if (!legal) {
            throw new IllegalStateException("a response that is " + state + " cannot become " + next);
        }
        state = next;
    }

    /** Whether a response was chosen. */
    boolean isChosen() {
        return state != State.DUE;
    }

    /** Whether the head of the response has left. */
    boolean isBegun() {
        return state == State.BEGUN;
    }

    /** Whether the connection stays open behind the response, as its head says. */
    boolean stays() {
        return stays;
    }

    /** Sends this response, unless another one was chosen. A failure is dealt with here: the caller could not answer the client. */
    void give(Response response) {
        if (isChosen() || carrier.isEnding()) {
            return;
        }
        try {
            giveByContent(response);
        } catch (Throwable e) {
            if (isBegun()) {
                breakOff(e);
            } else {
                giveAnother(e);
            }
        }
    }

    /** The handler has failed. */
    void fail(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        Exhaustion.check(cause, carrier.service().context.worker());
        if (cause instanceof HttpFailure refusal) {
            give(refusal.response());
        } else if (isChosen() || carrier.isEnding()) {
            LOG.debug("{}: the handler failed when its client was answered or gone", head.shown(), cause);
        } else {
            ProgramCode.failed(head.shown(), "the handler failed: answering 500", cause);
            give(Response.status(500));
        }
    }

    /** The handler has taken longer than it may. What it answers from now on is too late. */
    void onSlowHandler() {
        if (!isChosen() && !carrier.isEnding()) {
            UNANSWERED.warn(head.shown() + ": the handler has not answered within "
                    + carrier.service().settings.timeouts().answer() + ": answering 503");
            give(Response.status(503));
        }
    }

    /** There was no thread for the handler or for the body. */
    void failForLackOfThreads(RejectedExecutionException why) {
        Exhaustion.check(why, carrier.service().context.worker());
        UNANSWERED.warn(head.shown() + ": no thread for it: answering 503");
        give(Response.status(503).header("Retry-After", "1"));
    }

    /** What reads the body of the request has failed. A response that is being sent may depend on it. */
    void failWithBody(Throwable failure) {
        if (sender == null) {
            fail(failure);
        } else {
            breakOff(failure);
        }
    }

    /** The client has gone. */
    void onConnectionEnded() {
        if (sender != null) {
            sender.cancel();
        }
        endCompression();
    }

    // --- what BodyOutput says of a response that is sent in pieces ------------------------------------------------

    /** The head of the response leaves now. */
    void onHeadSent() {
        enter(State.BEGUN);
    }

    /** The last byte of the response is on its way. */
    void endWith(ChannelFuture last) {
        if (last.isDone()) {
            onWritten(last);
        } else {
            last.addListener(done -> onWritten(last));
        }
    }

    /** The response failed before a byte of it had left. */
    void giveAnother(Throwable failure) {
        withdraw();
        fail(failure);
    }

    /** The response failed after its head had left: only the end of the connection can tell the client. */
    void breakOff(Throwable failure) {
        Exhaustion.check(failure, carrier.service().context.worker());
        if (!carrier.isEnding()) {
            ProgramCode.failed(head.shown(), "the response broke off: cutting the connection", failure);
            carrier.cut("the response broke off");
        }
    }

    // --- by the kind of content -----------------------------------------------------------------------------------

    private void giveByContent(Response response) {
        ResponseContent content = Responses.content(response);
        if (isMistakenForWebSocket(response, content)) {
            give(HttpFailure.badRequest("there is no WebSocket here").response());
        } else if (content instanceof ResponseContent.Later later) {
            giveLater(later);
        } else if (response.code() == RESET_CONTENT) {
            sendWhole(response, NO_BODY);
        } else if (content instanceof ResponseContent.Bytes whole) {
            giveWhole(response, whole.bytes());
        } else if (content instanceof ResponseContent.Opened socket) {
            giveWebSocket(response, socket);
        } else if (content instanceof ResponseContent.FileContent file) {
            choose();
            giveFile(FileAnswer.of(file.file(), head, response, compression()));
        } else {
            choose();
            giveUnmeasured(compression().choose(head, response), content);
        }
    }

    private void choose() {
        enter(State.CHOSEN);
        stays = mayStay();
    }

    /** RFC 8441, 5: a client of HTTP/2 that wants a WebSocket takes every success for one. */
    private boolean isMistakenForWebSocket(Response response, ResponseContent content) {
        return head.isExtendedConnect()
                && response.code() >= 200
                && response.code() < 300
                && !(content instanceof ResponseContent.Opened || content instanceof ResponseContent.Later);
    }

    private void giveLater(ResponseContent.Later later) {
        var unused = later.response()
                .whenComplete((response, failure) -> carrier.execute(() -> {
                    if (failure != null) {
                        fail(failure);
                    } else if (response == null) {
                        fail(new NullPointerException("the response that was to come later is null"));
                    } else {
                        give(response);
                    }
                }));
    }

    private void giveWhole(Response response, byte[] body) {
        if (compression().isTooShort(body.length)) {
            sendWhole(response, body);
        } else {
            giveWhole(compression().choose(head, response), body);
        }
    }

    private void giveWhole(Compression.Choice choice, byte[] body) {
        if (!choice.gzip()) {
            sendWhole(choice.response(), body);
        } else if (!head.isHead() && body.length <= Gzip.MOST_AT_ONCE) {
            sendWhole(choice.response(), Gzip.compress(body));
        } else {
            choose();
            stays &= exchange.bodyIsComplete();
            sendCompressed(choice.response(), output -> new BytesSender(output, body));
        }
    }

    private void sendWhole(Response response, byte[] body) {
        enter(State.BEGUN);
        stays = mayStay() && exchange.bodyIsComplete();
        endWith(carrier.writer().sendWhole(response, body, head.isHead(), stays));
    }

    private void giveUnmeasured(Compression.Choice choice, ResponseContent content) {
        Response response = choice.response();
        if (head.isHead() || ResponseEncoder.isBodiless(response)) {
            sendHead(response, ResponseWriter.Framing.NONE, 0);
        } else if (choice.gzip()) {
            sendCompressed(response, output -> senderOf(content, output));
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

    private void giveFile(FileAnswer answer) {
        stays &= exchange.bodyIsComplete();
        if (Responses.content(answer.response()) instanceof ResponseContent.Bytes none) {
            sendWhole(answer.response(), none.bytes());
        } else if (compression().isTooShort(answer.length())) {
            giveFile(new Compression.Choice(answer.response(), false), answer);
        } else {
            giveFile(compression().choose(head, answer.response()), answer);
        }
    }

    private void giveFile(Compression.Choice choice, FileAnswer answer) {
        FileChannel file = answer.file();
        if (choice.gzip()) {
            sendCompressed(
                    choice.response(),
                    output -> new FileSender(output, Objects.requireNonNull(file), answer.parts(), false));
        } else if (file == null) {
            sendHead(choice.response(), ResponseWriter.Framing.LENGTH, answer.length());
        } else {
            BodyOutput output = output(choice.response(), ResponseWriter.Framing.LENGTH, answer.length());
            start(new FileSender(output, file, answer.parts(), carrier.writer().takesFiles()));
        }
    }

    private void giveWebSocket(Response response, ResponseContent.Opened socket) {
        Optional<Response> refusal = WebSocketHandshake.refusal(head);
        if (refusal.isPresent()) {
            give(refusal.get());
            return;
        }
        choose();
        Optional<String> deflate =
                WebSocketHandshake.deflate(head, carrier.service().settings.webSocket());
        Response agreed = deflate.map(terms -> Responses.plus(response, PerMessageDeflate.EXTENSIONS, terms))
                .orElse(response);
        carrier.becomeWebSocket(head, agreed, deflate.isPresent(), socket.opened());
    }

    // --- in pieces ------------------------------------------------------------------------------------------------

    /** The length is not known before the end. */
    private void sendCompressed(Response response, Function<BodyOutput, BodySender> sending) {
        if (head.isHead()) {
            sendHead(response, ResponseWriter.Framing.NONE, 0);
        } else {
            gzip = new Gzip();
            start(sending.apply(output(response, ResponseWriter.Framing.CHUNKED, 0)));
        }
    }

    private void sendHead(Response response, ResponseWriter.Framing framing, long length) {
        stays &= exchange.bodyIsComplete();
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
            withdraw();
            failForLackOfThreads(e);
        }
    }

    /* A sender that was started may have enqueued signals: none of them may follow another response. */
    private void withdraw() {
        if (state == State.CHOSEN) {
            enter(State.DUE);
        }
        if (sender != null) {
            sender.cancel();
            sender = null;
        }
        endCompression();
    }

    private void endCompression() {
        if (gzip != null) {
            gzip.close();
            gzip = null;
        }
    }

    private Compression compression() {
        return carrier.service().compression;
    }

    private boolean mayStay() {
        return head.keepAlive() && !exchange.isRefused() && carrier.mayStay();
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
        boolean whole = exchange.bodyIsComplete();
        if (!whole) {
            exchange.stopBody();
        }
        carrier.onAnswered(stays && whole, !head.keepAlive() && whole && !exchange.isRefused());
    }
}
