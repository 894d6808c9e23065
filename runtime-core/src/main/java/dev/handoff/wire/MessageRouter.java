package dev.handoff.wire;

import dev.handoff.wire.Envelope.Format;
import dev.handoff.wire.Envelope.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A master's part in what its workers say to each other: passes messages on, in the order in which each of them sent, and tells
 * the sender when the receiver's channel has them, or why it has not. It never waits: what a receiver does not read waits in
 * its channel, bounded, and beyond that the sender is refused.
 *
 * <p>Any thread may call.
 */
public final class MessageRouter {
    private static final Logger LOG = LoggerFactory.getLogger(MessageRouter.class);

    private final Map<Integer, Line> lines = new TreeMap<>();

    /** The channel to one worker. */
    private final class Line implements MessageChannel.Listener {
        private final int workerId;
        private final long pid;
        private final MessageChannel channel;
        private final Conversation conversation;

        Line(MessageChannel channel, Conversation conversation) {
            this.workerId = conversation.id();
            this.pid = conversation.pid();
            this.channel = channel;
            this.conversation = conversation;
        }

        @Override
        public void onMessage(Envelope message) {
            if (Address.isRouted(message.address())) {
                channel.used(message);
                pass(this, message);
            } else {
                conversation.onMessage(message);
            }
        }

        @Override
        public void onEnd(@Nullable IOException failure) {
            leave(this);
            conversation.onEnd(failure);
        }
    }

    /**
     * Takes a worker's channel in.
     *
     * @param conversation the master's own with that worker
     * @return what the channel is to be started with
     */
    public MessageChannel.Listener join(MessageChannel channel, Conversation conversation) {
        Line line = new Line(channel, conversation);
        synchronized (lines) {
            lines.put(line.workerId, line);
        }
        return line;
    }

    private void leave(Line line) {
        synchronized (lines) {
            lines.remove(line.workerId, line);
        }
    }

    private void pass(Line from, Envelope message) {
        if (message.address() == Address.OTHERS) {
            passToAll(from, message);
        } else {
            find(message.address())
                    .ifPresentOrElse(
                            to -> passTo(from, to, message),
                            () -> undeliverable(
                                    from,
                                    message,
                                    "there is no " + Address.text(message.address()) + ": the workers are " + ids()));
        }
    }

    private Optional<Line> find(long address) {
        int workerId = Address.workerId(address);
        synchronized (lines) {
            return workerId != 0
                    ? Optional.ofNullable(lines.get(workerId))
                    : lines.values().stream()
                            .filter(line -> line.pid == Address.pid(address))
                            .findFirst();
        }
    }

    private List<Integer> ids() {
        synchronized (lines) {
            return List.copyOf(lines.keySet());
        }
    }

    private void passTo(Line from, Line to, Envelope message) {
        report(from, message, send(from, to, message));
    }

    private void passToAll(Line from, Envelope message) {
        List<Line> others;
        synchronized (lines) {
            others = lines.values().stream().filter(line -> line != from).toList();
        }
        report(
                from,
                message,
                CompletableFuture.allOf(
                        others.stream().map(to -> send(from, to, message)).toArray(CompletableFuture<?>[]::new)));
    }

    private static CompletableFuture<Void> send(Line from, Line to, Envelope message) {
        return to.channel.send(new Envelope(
                message.kind(),
                message.format(),
                message.kind() == Kind.MESSAGE ? 0 : message.correlation(),
                Address.of(from.workerId, from.pid),
                message.body(),
                message.descriptor(),
                message.descriptorLost()));
    }

    /** A request is answered by whoever got it, and of an answer nobody waits to hear that it came. */
    private static void report(Line from, Envelope message, CompletableFuture<Void> sent) {
        sent.whenComplete((done, failure) -> {
            if (failure != null) {
                undeliverable(from, message, failure.getMessage());
            } else if (message.kind() == Kind.MESSAGE) {
                answer(from, Kind.ROUTED, message, "");
            }
        });
    }

    private static void undeliverable(Line from, Envelope message, @Nullable String why) {
        message.closeDescriptor();
        if (message.kind() == Kind.ANSWER || message.kind() == Kind.FAILED) {
            LOG.debug("an answer of worker {} could not be passed on: {}", from.workerId, why);
        } else {
            answer(
                    from,
                    Kind.FAILED,
                    message,
                    "cannot pass a message of " + message.body().length + " bytes on to "
                            + Address.text(message.address()) + ": " + why);
        }
    }

    private static void answer(Line from, Kind kind, Envelope message, String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        from.channel
                .send(new Envelope(kind, Format.RAW, message.correlation(), Address.OTHER_END, body, null, false))
                .exceptionally(failure -> {
                    LOG.debug("worker {} does not hear what became of its message", from.workerId, failure);
                    return null;
                });
    }
}
