package dev.handoff.netty.worker;

import dev.handoff.process.spi.Logs;
import dev.handoff.wire.TicketSecrets;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** The keys of this process's TLS session tickets, for all contexts that share them with other workers. Any thread may call. */
final class TicketKeys {
    private static final Logger LOG = Logs.of(TicketKeys.class);
    private static final int NAME = OpenSslSessionTicketKey.NAME_SIZE;
    private static final int HMAC = OpenSslSessionTicketKey.HMAC_KEY_SIZE;
    private static final int AES = OpenSslSessionTicketKey.AES_KEY_SIZE;

    private final Map<OpenSslSessionContext, byte[]> purposes = new HashMap<>();
    private @Nullable TicketSecrets secrets;
    private boolean impossibilityTold;

    /** Makes keys of other secrets from now on, for every context. */
    synchronized void renew(TicketSecrets renewed) {
        secrets = renewed;
        purposes.forEach(this::apply);
    }

    /**
     * Gives a context keys from now on.
     *
     * @param purpose what the session is good for: a ticket is taken back where that is the same
     */
    synchronized void share(OpenSslSessionContext sessions, byte[] purpose) {
        purposes.put(sessions, purpose);
        apply(sessions, purpose);
    }

    /** A context is about to be released. */
    synchronized void forget(OpenSslSessionContext sessions) {
        purposes.remove(sessions);
    }

    private void apply(OpenSslSessionContext sessions, byte[] purpose) {
        if (secrets == null) {
            return;
        }
        try {
            sessions.setTicketKeys(secrets.keys(purpose, NAME + HMAC + AES).stream()
                    .map(TicketKeys::key)
                    .toArray(OpenSslSessionTicketKey[]::new));
        } catch (RuntimeException e) {
            LOG.error("a TLS context does not take the keys of session tickets: it goes on with those it has", e);
        }
    }

    private static OpenSslSessionTicketKey key(byte[] bytes) {
        return new OpenSslSessionTicketKey(
                Arrays.copyOf(bytes, NAME),
                Arrays.copyOfRange(bytes, NAME, NAME + HMAC),
                Arrays.copyOfRange(bytes, NAME + HMAC, NAME + HMAC + AES));
    }

    /** Says once that there is a context that cannot share them. */
    synchronized void tellImpossible(String why) {
        if (!impossibilityTold) {
            impossibilityTold = true;
            LOG.info("TLS sessions are resumed only by the worker that they began with: {}", why);
        }
    }
}
