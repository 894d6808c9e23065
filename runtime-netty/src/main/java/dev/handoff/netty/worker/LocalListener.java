package dev.handoff.netty.worker;

import dev.handoff.acceptor.Listener;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.process.spi.Logs;
import dev.handoff.unix.Accepted;
import dev.handoff.wire.Offer;
import java.io.IOException;
import org.slf4j.Logger;

/** A listener whose connections are served in this process. Netty accepts from it until it is closed. */
final class LocalListener {
    private static final Logger LOG = Logs.of(LocalListener.class);

    private final Listener listener;
    private final Adoption adoption;
    private final WorkerHandler handler;
    private final Accepting accepting;

    private LocalListener(Listener listener, Adoption adoption, WorkerHandler handler) {
        this.listener = listener;
        this.adoption = adoption;
        this.handler = handler;
        boolean unix = listener.address().path().isPresent();
        this.accepting = adoption.listener(listener::share, listener.key(), unix, Connection.Traffic.NONE, handler);
    }

    /** Accepts from now on. Any thread. */
    static LocalListener accept(Listener listener, Adoption adoption, WorkerHandler handler) {
        return new LocalListener(listener, adoption, handler);
    }

    /** Accepts the connections that are in the backlog, and no later ones. On the event loop. */
    void close() {
        accepting.close();
        try {
            for (Accepted last = listener.accept(); last != null; last = listener.accept()) {
                Offer offer = new Offer(last.fd(), listener.key(), false, last.peer());
                adoption.connection(offer, Connection.Traffic.NONE, handler, Connections.NO_FRAME);
            }
        } catch (IOException e) {
            LOG.warn("{}: the connections that wait on {} are closed", e.getMessage(), listener.address());
        }
        listener.close();
    }
}
