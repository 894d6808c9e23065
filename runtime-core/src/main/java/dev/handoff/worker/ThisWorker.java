package dev.handoff.worker;

import dev.handoff.process.Subscription;
import dev.handoff.process.spi.Channel;
import dev.handoff.wire.Role;

/** This process as a supervised worker, for programs. */
final class ThisWorker extends ChannelWorker implements Replaceable {
    private final WorkerRuntime runtime;

    ThisWorker(Role role, WorkerRuntime runtime, Channel channel) {
        super(role, channel);
        this.runtime = runtime;
    }

    @Override
    public boolean isConnected() {
        return runtime.isConnected();
    }

    @Override
    public void disconnect() {
        runtime.requestLeave("it asked to leave");
    }

    @Override
    public void askForSuccessor(String why) {
        runtime.askForSuccessor(why);
    }

    @Override
    public void kill() {
        runtime.requestLeave("it ends at once");
        WorkerRuntime.exit(0);
    }

    @Override
    public boolean exitedAfterDisconnect() {
        return runtime.isAskedToLeave();
    }

    @Override
    public Subscription onDisconnect(Runnable listener) {
        return channel().onDisconnect(listener);
    }
}
