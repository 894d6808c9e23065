package dev.handoff.worker;

import dev.handoff.process.Message;
import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.ProcessProvider;
import dev.handoff.process.spi.RuntimePeer;
import dev.handoff.wire.ForkMessage;
import dev.handoff.wire.ForkMessage.Act;
import dev.handoff.wire.TicketSecrets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;

/** The secrets of TLS session tickets in a forked worker: the same in all workers of its master. */
public final class ForkedTickets {
    private static final Logger LOG = Logs.of(ForkedTickets.class);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

    private ForkedTickets() {}

    /**
     * Asks the master for the secrets, and listens for new ones. If the master does not answer, this worker has secrets of its own.
     *
     * @param listener called on the channel's thread, then on {@code handoff-events}
     * @return done after its first call; keeps this process alive until then
     */
    public static CompletableFuture<Void> subscribe(Consumer<? super TicketSecrets> listener) {
        RuntimePeer master = ProcessProvider.get().parent().orElseThrow().runtime();
        master.onMessage(message -> pass(message, listener));
        return EventThread.get()
                .holdUntil(master.request(ForkMessage.of(Act.TICKETS), TicketSecrets.class, ANSWER_LIMIT)
                        .exceptionally(ForkedTickets::ownOnes)
                        .thenAccept(listener));
    }

    private static void pass(Message message, Consumer<? super TicketSecrets> listener) {
        ForkMessage order = message.as(ForkMessage.class);
        if (order.act() == Act.TICKETS) {
            listener.accept(Objects.requireNonNull(order.tickets()));
        }
    }

    private static TicketSecrets ownOnes(Throwable failure) {
        LOG.warn(
                "only this worker resumes its TLS sessions: the master has not sent the secrets, {}",
                failure.toString());
        return TicketSecrets.fresh();
    }
}
