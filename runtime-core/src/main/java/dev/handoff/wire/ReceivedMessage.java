package dev.handoff.wire;

import dev.handoff.process.Handle;
import dev.handoff.process.Message;
import dev.handoff.process.MessageException;
import dev.handoff.process.Peer;
import dev.handoff.unix.Fd;
import dev.handoff.unix.UnixException;
import dev.handoff.wire.Envelope.Format;
import dev.handoff.wire.Envelope.Kind;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** A message for its receiver. */
final class ReceivedMessage implements Message {
    /** In characters. An exception's text may be of any length. */
    private static final int MOST_OF_A_REASON = 2_000;

    private final Conversation conversation;
    private final Envelope envelope;
    private final AtomicBoolean answered = new AtomicBoolean();
    private final AtomicBoolean released = new AtomicBoolean();

    ReceivedMessage(Conversation conversation, Envelope envelope) {
        this.conversation = conversation;
        this.envelope = envelope;
    }

    Envelope envelope() {
        return envelope;
    }

    @Override
    public <T> T as(Class<T> type) {
        if (type == Message.class) {
            return type.cast(this);
        }
        if (envelope.format() == Format.JSON) {
            return Json.read(envelope.body(), type);
        }
        if (type == byte[].class) {
            return type.cast(bytes());
        }
        throw new MessageException(
                "cannot read a message of " + envelope.body().length + " raw bytes as " + type.getName()
                        + ": it is no JSON from its first byte on; read it as bytes",
                null);
    }

    @Override
    public byte[] bytes() {
        return envelope.body().clone();
    }

    @Override
    public boolean isRequest() {
        return envelope.kind() == Kind.REQUEST;
    }

    @Override
    public Optional<Handle> handle() {
        Fd descriptor = envelope.descriptor();
        return descriptor == null || !released.compareAndSet(false, true)
                ? Optional.empty()
                : Optional.of(open(descriptor));
    }

    private static Handle open(Fd descriptor) {
        try {
            return SocketHandle.of(descriptor);
        } catch (UnixException e) {
            throw new MessageException("what came with a message is no socket", e);
        }
    }

    /** Closes the socket unless a listener has it. */
    void closeUnreleased() {
        if (released.compareAndSet(false, true)) {
            envelope.closeDescriptor();
        }
    }

    @Override
    public Peer sender() {
        return conversation.at(envelope.address());
    }

    /** Reads an answer. Its socket is closed unless the caller gets the message itself, and so can ask for it. */
    <T> T asAnswer(Class<T> type) {
        try {
            return as(type);
        } finally {
            if (type != Message.class) {
                closeUnreleased();
            }
        }
    }

    @Override
    public CompletableFuture<Void> answer(Object message) {
        beginToAnswer();
        return answered(conversation.answer(envelope, message, null));
    }

    @Override
    public CompletableFuture<Void> answer(Object message, Handle handle) {
        beginToAnswer();
        return answered(conversation.answer(envelope, message, handle));
    }

    /** If the answer is refused at once, tells the asker that none will come. */
    private CompletableFuture<Void> answered(CompletableFuture<Void> sent) {
        if (sent.isCompletedExceptionally()) {
            sent.exceptionally(failure -> {
                fail("the answer could not be sent, " + failure.getMessage());
                return null;
            });
        }
        return sent;
    }

    /** A listener has thrown. Tells the asker so, unless the request was answered before. */
    void failed(Throwable failure) {
        if (isRequest() && answered.compareAndSet(false, true)) {
            fail("a listener has failed with " + failure);
        }
    }

    private void fail(String why) {
        String text = "pid " + ProcessHandle.current().pid() + " has not answered a request of "
                + envelope.body().length + " bytes: " + why;
        conversation.fail(envelope, text.substring(0, Math.min(text.length(), MOST_OF_A_REASON)));
    }

    private void beginToAnswer() {
        if (!isRequest()) {
            throw new IllegalStateException("a message that is no request has no answer: send one to its sender");
        }
        if (!answered.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    "this request was answered before, or its asker was told that a listener has thrown");
        }
    }

    @Override
    public String toString() {
        return envelope.kind() + " of " + envelope.body().length + " bytes from " + sender();
    }
}
