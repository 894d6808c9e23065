package dev.handoff.netty.worker;

import dev.handoff.cluster.Protocol;
import dev.handoff.netty.WorkerContext;
import dev.handoff.netty.WorkerHandler;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A handler inside TLS: opens the contexts as its worker starts, and begins each pipeline with a handshake. */
public final class TlsHandler implements WorkerHandler {
    private static final int HANDSHAKE_LIMIT_MILLIS = 10_000;
    private static final int MAX_CLIENT_HELLO = 16 * 1024;

    private final Source source;
    private final Map<String, Source> sourcesOfHosts;
    private final WorkerHandler inside;
    private final List<TlsContext> opened = new ArrayList<>();
    private volatile @Nullable TlsHosts hosts;

    /** Where a context comes from. */
    @FunctionalInterface
    public interface Source {
        /**
         * Opens one.
         *
         * @param protocols what is offered by ALPN, the best first
         * @param host whose it is; empty: of all that have none of their own
         * @throws IllegalArgumentException if it cannot be set up
         */
        TlsContext open(List<String> protocols, String host);
    }

    /**
     * Around that handler.
     *
     * @param source of the context for all hosts that have none of their own
     * @param sourcesOfHosts by the patterns of {@link TlsHosts#add}
     */
    public TlsHandler(Source source, Map<String, Source> sourcesOfHosts, WorkerHandler inside) {
        this.source = source;
        this.sourcesOfHosts = sourcesOfHosts;
        this.inside = inside;
    }

    @Override
    public void start(WorkerContext worker) throws Exception {
        TicketKeys keys = Context.ticketKeys(worker);
        TlsHosts started = new TlsHosts(open(source, "", keys));
        sourcesOfHosts.forEach((name, other) -> started.add(name, open(other, name, keys)));
        hosts = started;
        inside.start(worker);
    }

    @Override
    public void initChannel(Channel channel) throws Exception {
        TlsHosts started = hosts;
        if (started == null) {
            throw new IllegalStateException("cannot serve " + channel + ": start was not called before");
        }
        TlsSession session = TlsSession.begin(channel, started);
        ChannelHandler handler = handler(channel, session, started.isEmpty());
        if (inside.protocol().isHttp()) {
            channel.pipeline().addLast(new PlainHttpRefusal(handler));
        }
        channel.pipeline().addLast(handler);
        channel.pipeline().addLast(new HandshakeWatch(session));
        inside.initChannel(channel);
    }

    private static ChannelHandler handler(Channel channel, TlsSession session, boolean oneHost) {
        if (oneHost) {
            SslHandler handler = session.choose(null).netty().newHandler(channel.alloc());
            handler.setHandshakeTimeoutMillis(HANDSHAKE_LIMIT_MILLIS);
            return handler;
        }
        Mapping<String, SslContext> byName = name -> session.choose(name).netty();
        return new SniHandler(byName, MAX_CLIENT_HELLO, HANDSHAKE_LIMIT_MILLIS);
    }

    @Override
    public void leaving(WorkerContext worker) {
        inside.leaving(worker);
    }

    @Override
    public void stop(WorkerContext worker) throws Exception {
        try {
            inside.stop(worker);
        } finally {
            opened.forEach(each -> each.close(Context.ticketKeys(worker)));
            opened.clear();
        }
    }

    /** The keys of a connection are this worker's: it is told to come again. */
    @Override
    public boolean handsBackHttp() {
        return false;
    }

    @Override
    public Protocol protocol() {
        return inside.protocol().encrypted();
    }

    private TlsContext open(Source from, String host, TicketKeys keys) {
        TlsContext context = from.open(inside.applicationProtocols(), host);
        opened.add(context);
        context.shareTickets(keys);
        return context;
    }

    /** Notes what the client has shown, before any other handler hears that the handshake is over. */
    private static final class HandshakeWatch extends ChannelInboundHandlerAdapter {
        private final TlsSession session;

        HandshakeWatch(TlsSession session) {
            this.session = session;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == SslHandshakeCompletionEvent.SUCCESS) {
                session.complete(context.pipeline().get(SslHandler.class));
                context.pipeline().remove(this);
            }
            context.fireUserEventTriggered(event);
        }
    }
}
