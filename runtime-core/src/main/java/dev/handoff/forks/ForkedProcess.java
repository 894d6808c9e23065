package dev.handoff.forks;

import dev.handoff.child.ForkedChild;
import dev.handoff.cluster.ForkedWorker;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.WorkerState;
import dev.handoff.process.ChildProcess;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Handle;
import dev.handoff.process.Message;
import dev.handoff.process.Signal;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.Announcement;
import dev.handoff.process.spi.Listeners;
import dev.handoff.wire.Conversation;
import dev.handoff.wire.ForkMessage;
import dev.handoff.wire.ForkMessage.Act;
import dev.handoff.wire.TicketSecrets;
import dev.handoff.wire.Token;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the master knows of one worker: its channel, its process, how far it is. It changes under the lock of {@link ForkingMaster};
 * any thread may look.
 */
final class ForkedProcess implements ForkedWorker {
    private final int id;
    private final Token token;
    private final ForkedChild child;
    private final Signal killSignal;
    private final Consumer<ForkedProcess> disconnectOrder;
    private final Announcement<ForkedProcess> online = new Announcement<>();
    private final Listeners<ListenAddress> listening = new Listeners<>();
    private final Announcement<ForkedProcess> leaving = new Announcement<>();
    private final Announcement<ForkedProcess> disconnected = new Announcement<>();
    private final Announcement<ExitStatus> exited = new Announcement<>();
    private volatile WorkerState state = WorkerState.STARTING;
    private volatile boolean asked;
    private volatile boolean isLeaving;
    private volatile boolean hasChannel;
    private volatile @Nullable ExitStatus status;
    private int endsToTell;

    ForkedProcess(int id, Token token, ForkedChild child, Signal killSignal, Consumer<ForkedProcess> disconnectOrder) {
        this.id = id;
        this.token = token;
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

    Token token() {
        return token;
    }

    /** What ends it where it has to be ended. */
    Signal killSignal() {
        return killSignal;
    }

    /** Whether it takes no more, or is gone. */
    boolean isLeaving() {
        return isLeaving;
    }

    /** Whether neither its channel nor its process is left. */
    boolean isOver() {
        return !hasChannel && isDead();
    }

    void tellOnline() {
        if (!isLeaving) {
            state = WorkerState.ONLINE;
        }
        online.fire(this);
    }

    /** Gives whether it is the first address. */
    boolean tellListening(ListenAddress address) {
        boolean isFirst = state != WorkerState.READY;
        state = WorkerState.READY;
        listening.fire(address);
        return isFirst;
    }

    /** It was asked to leave, or has asked to; false if that is known. */
    boolean markAsked() {
        boolean first = !asked;
        asked = true;
        return first;
    }

    /** It takes no more from now on; false if that is known. */
    boolean markLeaving() {
        boolean first = !isLeaving;
        if (first) {
            isLeaving = true;
            state = WorkerState.DRAINING;
        }
        return first;
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

    void markExited(ExitStatus how) {
        status = how;
        state = WorkerState.EXITED;
    }

    void tellExited(ExitStatus how) {
        exited.fire(how);
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
    public int id() {
        return id;
    }

    @Override
    public int slot() {
        return id;
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
    public WorkerState state() {
        return state;
    }

    @Override
    public boolean isConnected() {
        return hasChannel && process().isConnected();
    }

    @Override
    public Optional<ExitStatus> exitStatus() {
        return Optional.ofNullable(status);
    }

    @Override
    public boolean exitedAfterDisconnect() {
        return asked;
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
    public boolean isWritable() {
        return process().isWritable();
    }

    @Override
    public CompletableFuture<Void> send(Object message) {
        return process().send(message);
    }

    @Override
    public CompletableFuture<Void> send(Object message, Handle handle) {
        return process().send(message, handle);
    }

    @Override
    public <T> CompletableFuture<T> request(Object message, Class<T> answer, Duration limit) {
        return process().request(message, answer, limit);
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
        return "worker " + id + " (pid " + pid() + ")";
    }
}
