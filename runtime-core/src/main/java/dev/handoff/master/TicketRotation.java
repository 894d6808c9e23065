package dev.handoff.master;

import dev.handoff.wire.ControlFrame.Tickets;
import dev.handoff.wire.TicketSecrets;
import java.time.Duration;

/**
 * The secrets of TLS session tickets, which every worker gets before its welcome, and again whenever there is a new one.
 * Nothing but memory holds them: another master has others. The supervisor's thread only.
 */
final class TicketRotation {
    private final long everyNanos;
    private TicketSecrets secrets = TicketSecrets.fresh();
    private long sinceNanos;

    /**
     * One with a first secret.
     *
     * @param every how long the newest makes tickets
     */
    TicketRotation(Duration every, long nowNanos) {
        this.everyNanos = every.toNanos();
        this.sinceNanos = nowNanos;
    }

    /** What workers are to use. */
    Tickets current() {
        return new Tickets(secrets);
    }

    /** Makes a new secret if it is time for one; true if so. */
    boolean advance(long nowNanos) {
        if (nowNanos - sinceNanos < everyNanos) {
            return false;
        }
        secrets = secrets.renewed();
        sinceNanos = nowNanos;
        return true;
    }
}
