package dev.handoff.wire;

import dev.handoff.process.spi.Logs;
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

/**
 * The master's part in messages from worker to worker. It passes them on, in the order in which each worker sent them, and tells the
 * sender when the receiver's channel has a message, or why it has not. It never waits: what a receiver does not read waits in that
 * receiver's channel, bounded, and beyond that messages are refused.
 *
 * <p>Any thread may call.
 */
public final class MessageRouter {
    private static final Logger LOG = Logs.of(MessageRouter.class);

    private final Map<Integer, Route> routes = new TreeMap<>();

    /** The channel to one worker. */
    private final class Route implements MessageChannel.Listener {
        private final int workerId;
        private final long pid;
        private final MessageChannel channel;
        private final Conversation conversation;

        Route(MessageChannel channel, Conversation conversation) {
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
            remove(this);
            conversation.onEnd(failure);
        }
    }

    /**
     * Adds a worker's channel.
     *
     * @param conversation the master's own with that worker
     * @return the listener with which the caller must start the channel
     */
    public MessageChannel.Listener join(MessageChannel channel, Conversation conversation) {
        Route route = new Route(channel, conversation);
        synchronized (routes) {
            routes.put(route.workerId, route);
        }
        return route;
    }

    private void remove(Route route) {
        synchronized (routes) {
            routes.remove(route.workerId, route);
        }
    }

    private void pass(Route from, Envelope message) {
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

    private Optional<Route> find(long address) {
        int workerId = Address.workerId(address);
        synchronized (routes) {
            return workerId != 0
                    ? Optional.ofNullable(routes.get(workerId))
                    : routes.values().stream()
                            .filter(route -> route.pid == Address.pid(address))
                            .findFirst();
        }
    }

    private List<Integer> ids() {
        synchronized (routes) {
            return List.copyOf(routes.keySet());
        }
    }

    private void passTo(Route from, Route to, Envelope message) {
        report(from, message, send(from, to, message));
    }

    private void passToAll(Route from, Envelope message) {
        List<Route> others;
        synchronized (routes) {
            others = routes.values().stream().filter(route -> route != from).toList();
        }
        report(
                from,
                message,
                CompletableFuture.allOf(
                        others.stream().map(to -> send(from, to, message)).toArray(CompletableFuture<?>[]::new)));
    }

    private static CompletableFuture<Void> send(Route from, Route to, Envelope message) {
        return to.channel.send(new Envelope(
                message.kind(),
                message.format(),
                message.kind() == Kind.MESSAGE ? 0 : message.correlation(),
                Address.of(from.workerId, from.pid),
                message.body(),
                message.descriptor(),
                message.descriptorLost()));
    }

    /** Only messages are reported: a request gets its answer from its receiver, and answers are not acknowledged. */
    private static void report(Route from, Envelope message, CompletableFuture<Void> sent) {
        sent.whenComplete((done, failure) -> {
            if (failure != null) {
                undeliverable(from, message, failure.getMessage());
            } else if (message.kind() == Kind.MESSAGE) {
                answer(from, Kind.ROUTED, message, "");
            }
        });
    }

    private static void undeliverable(Route from, Envelope message, @Nullable String why) {
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

    private static void answer(Route from, Kind kind, Envelope message, String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        from.channel
                .answer(new Envelope(kind, Format.RAW, message.correlation(), Address.OTHER_END, body, null, false))
                .exceptionally(failure -> {
                    LOG.debug("cannot tell worker {} what became of its message", from.workerId, failure);
                    return null;
                });
    }
}
