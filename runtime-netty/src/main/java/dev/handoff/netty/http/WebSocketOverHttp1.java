package dev.handoff.netty.http;

import dev.handoff.netty.websocket.WebSocketTransport;
import dev.handoff.netty.worker.Connection;
import dev.handoff.netty.worker.LingeringClose;
import dev.handoff.netty.worker.Reregistration;
import dev.handoff.netty.worker.WriteWatch;
import io.netty.channel.Channel;

/** A whole connection, after 101. Source: RFC 6455. */
final class WebSocketOverHttp1 implements WebSocketTransport {
    private final Channel channel;
    private final InputGate gate;
    private final WriteWatch.Outbound outbound;

    WebSocketOverHttp1(Channel channel, InputGate gate) {
        this.channel = channel;
        this.gate = gate;
        this.outbound = new WriteWatch.Socket(channel);
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public Connection connection() {
        return Connection.of(channel);
    }

    @Override
    public WriteWatch.Outbound outbound() {
        return outbound;
    }

    @Override
    public void onRead() {
        gate.onRead();
    }

    @Override
    public void setReading(boolean wanted) {
        gate.set(wanted);
    }

    @Override
    public void onInputEnded() {
        Reregistration.around(channel, () -> {});
    }

    @Override
    public void close() {
        LingeringClose.close(channel);
    }

    @Override
    public void cut() {
        LingeringClose.now(channel);
    }
}
