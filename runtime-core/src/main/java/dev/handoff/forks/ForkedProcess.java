package dev.handoff.forks;

import dev.handoff.child.ForkedChild;
import dev.handoff.cluster.ForkedWorker;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.process.ChildProcess;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import dev.handoff.process.Signal;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.Announcement;
import dev.handoff.process.spi.Listeners;
import dev.handoff.wire.Conversation;
import dev.handoff.wire.ForkMessage;
import dev.handoff.wire.ForkMessage.Act;
import dev.handoff.wire.TicketSecrets;
import dev.handoff.wire.Token;
import dev.handoff.workers.WorkerRecord;
import dev.handoff.workers.WorkerSteps;
import java.util.List;
import java.util.function.Consumer;

/**
 * A worker that the program has forked: its process with its channel, and its listeners. It changes under the lock of {@link
 * ForkingMaster}; any thread may look.
 */
final class ForkedProcess extends WorkerRecord implements ForkedWorker {
    private final ForkedChild child;
    private final Signal killSignal;
    private final Consumer<ForkedProcess> disconnectOrder;
    private final Announcement<ForkedProcess> online = new Announcement<>();
    private final Listeners<ListenAddress> listening = new Listeners<>();
    private final Announcement<ForkedProcess> leaving = new Announcement<>();
    private final Announcement<ForkedProcess> disconnected = new Announcement<>();
    private final Announcement<ExitStatus> exited = new Announcement<>();
    private volatile boolean hasChannel;
    private int endsToTell;

    ForkedProcess(int id, Token token, ForkedChild child, Signal killSignal, Consumer<ForkedProcess> disconnectOrder) {
        super(id, id, token, WorkerSteps.FORKED, System.nanoTime());
        this.child = child;
        this.killSignal = killSignal;
        this.disconnectOrder = disconnectOrder;
        this.hasChannel = child.conversation().isPresent();
        this.endsToTell = hasChannel ? 2 : 1;
    }

    // --- for the master ---------------------------------------------------------------------------------------------

    ForkedChild child() {
        return child;
    }

    /** What ends it where it has to be ended. */
    Signal killSignal() {
        return killSignal;
    }

    /** Whether neither its channel nor its process is left. */
    boolean isOver() {
        return !hasChannel && isDead();
    }

    void tellOnline() {
        online.fire(this);
    }

    void tellListening(ListenAddress address) {
        listening.fire(address);
    }

    void tellLeaving() {
        leaving.fire(this);
    }

    void markDisconnected() {
        hasChannel = false;
    }

    void tellDisconnected() {
        disconnected.fire(this);
    }

    void tellExited(ExitStatus status) {
        exited.fire(status);
    }

    /** The program has heard of its channel's or its process's end; gives whether of all there is to hear. */
    boolean endTold() {
        endsToTell--;
        return endsToTell == 0;
    }

    /** It is about to go: what was sent to it so far it still hears, and nothing more is sent. */
    void finishChannel() {
        child.conversation().ifPresent(Conversation::finish);
    }

    void orderToLeave() {
        order(ForkMessage.of(Act.LEAVE));
    }

    void renewTickets(TicketSecrets secrets) {
        order(ForkMessage.tickets(secrets));
    }

    private void order(ForkMessage order) {
        child.conversation().ifPresent(conversation -> conversation.runtime().send(order));
    }

    // --- for programs -----------------------------------------------------------------------------------------------

    @Override
    public ChildProcess process() {
        return child.process();
    }

    @Override
    public int generation() {
        return 0;
    }

    @Override
    public long pid() {
        return process().pid();
    }

    @Override
    public boolean isConnected() {
        return hasChannel && process().isConnected();
    }

    /** None: what it prints is not the master's, unless the settings say so; then {@link #process} has it. */
    @Override
    public List<String> lastLines() {
        return List.of();
    }

    @Override
    public void disconnect() {
        disconnectOrder.accept(this);
    }

    @Override
    public boolean kill(Signal signal) {
        return process().kill(signal);
    }

    @Override
    protected Peer peer() {
        return process();
    }

    @Override
    public Subscription onMessage(Consumer<? super Message> listener) {
        return child.conversation().map(each -> each.onMessage(listener)).orElse(() -> {});
    }

    @Override
    public Subscription onOnline(Runnable listener) {
        return online.add(self -> listener.run());
    }

    @Override
    public Subscription onListening(Consumer<? super ListenAddress> listener) {
        return listening.add(listener);
    }

    @Override
    public Subscription onLeaving(Runnable listener) {
        return leaving.add(self -> listener.run());
    }

    @Override
    public Subscription onDisconnect(Runnable listener) {
        return disconnected.add(self -> listener.run());
    }

    @Override
    public Subscription onExit(Consumer<? super ExitStatus> listener) {
        return exited.add(listener);
    }

    @Override
    public Subscription onError(Consumer<? super Exception> listener) {
        return process().onError(listener);
    }

    @Override
    public String toString() {
        return "worker " + id() + " (pid " + pid() + ")";
    }
}
