package dev.handoff.forks;

import dev.handoff.process.Message;
import dev.handoff.process.spi.Timer;
import dev.handoff.wire.TicketSecrets;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of TLS session tickets, the same for all workers of this master: made for the first that asks, and renewed from
 * then on. Nothing but memory holds them. Any thread may call.
 */
final class SharedTickets {
    private final Consumer<TicketSecrets> audience;
    private @Nullable TicketSecrets secrets;

    /**
     * None yet.
     *
     * @param audience hears of new ones, one call at a time and none of it overtaken by an answer
     */
    SharedTickets(Consumer<TicketSecrets> audience) {
        this.audience = audience;
    }

    /**
     * Answers a worker that asks.
     *
     * @param rotation how long the newest makes tickets, if this is the first that asks
     */
    synchronized void answer(Message request, Duration rotation) {
        TicketSecrets current = secrets;
        if (current == null) {
            current = TicketSecrets.fresh();
            secrets = current;
            renewRegularly(current, rotation);
        }
        request.answer(current);
    }

    private void renewRegularly(TicketSecrets current, Duration rotation) {
        Timer.after(rotation, () -> renew(current.renewed(), rotation));
    }

    private synchronized void renew(TicketSecrets renewed, Duration rotation) {
        secrets = renewed;
        audience.accept(renewed);
        renewRegularly(renewed, rotation);
    }
}
