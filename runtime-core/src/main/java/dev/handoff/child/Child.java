package dev.handoff.child;

import dev.handoff.child.Launcher.Launched;
import dev.handoff.process.ChildInput;
import dev.handoff.process.ChildProcess;
import dev.handoff.process.ChildProcessException;
import dev.handoff.process.ChildProcessException.Reason;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Handle;
import dev.handoff.process.Message;
import dev.handoff.process.MessageException;
import dev.handoff.process.Output;
import dev.handoff.process.Signal;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.Announcement;
import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.Reference;
import dev.handoff.process.spi.Timer;
import dev.handoff.wire.Conversation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** A child, from its start to the end of all that it said. */
final class Child implements ChildProcess {
    private static final Logger LOG = Logs.of(Child.class);

    /** What a shell says of a command that is not there. */
    private static final ExitStatus NOT_FOUND = new ExitStatus.Exited(127);

    /** Within this time after an error a program that wants to hear of it says so. */
    private static final Duration HEARD_WITHIN = Duration.ofSeconds(1);

    private final SpawnOptions options;
    private final Optional<Launched> launched;
    private final Optional<Collecting> collecting;
    private final Optional<Conversation> conversation;

    /** Whether it was to have a channel. */
    private final boolean forked;

    private final boolean hasEmptyStreams;

    private final Announcement<Child> spawned = Announcement.onNextTick();
    private final Announcement<ChildProcessException> failed = Announcement.onNextTick();
    private final Announcement<ExitStatus> exited = new Announcement<>();
    private final Announcement<Child> disconnected = new Announcement<>();
    private final Announcement<ExitStatus> closed = new Announcement<>();

    /** Why it was sent the kill signal from here, if it was. */
    private final AtomicReference<@Nullable Verdict> verdict = new AtomicReference<>();

    private final CompletableFuture<Void> errorHeard = new CompletableFuture<>();
    private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
    private final Reference reference = new Reference();

    private volatile boolean killed;
    private volatile @Nullable ExitStatus status;

    /** One that is still to begin, or was never started: {@link ChildStarter} makes it. */
    Child(SpawnOptions options, Optional<Launched> launched, Optional<Conversation> conversation, boolean collects) {
        this(options, launched, conversation, collects, conversation.isPresent(), false);
    }

    /**
     * One that could not be started.
     *
     * @param hasStreams whether those that are pipes are there, with nothing in them
     */
    static Child stillborn(SpawnOptions options, boolean collects, boolean forked, boolean hasStreams) {
        return new Child(options, Optional.empty(), Optional.empty(), collects, forked, hasStreams);
    }

    private Child(
            SpawnOptions options,
            Optional<Launched> launched,
            Optional<Conversation> conversation,
            boolean collects,
            boolean forked,
            boolean hasEmptyStreams) {
        this.options = options;
        this.forked = forked;
        this.hasEmptyStreams = hasEmptyStreams;
        this.launched = launched;
        this.conversation = conversation;
        this.collecting = collects ? Optional.of(new Collecting(options, this::tooMuch)) : Optional.empty();
    }

    /** Tells that it could not be started. */
    void stillborn(IOException e) {
        ChildProcessException failure =
                new ChildProcessException(Reason.NOT_STARTED, String.valueOf(e.getMessage()), null, e);
        tellFailure(failure);
        collecting.ifPresent(collection -> collection.fail(failure));
        exit.complete(NOT_FOUND);
        closed.fire(NOT_FOUND);
        disconnected.fire(this);
    }

    private void tellFailure(ChildProcessException failure) {
        failed.fire(failure);
        if (collecting.isEmpty()) {
            EventThread.get().holdUntil(warnUnlessHeard(failure));
        }
    }

    /** The program may be about to listen: until then it is too early to say that it does not. */
    private CompletableFuture<Void> warnUnlessHeard(ChildProcessException failure) {
        return errorHeard
                .copy()
                .orTimeout(HEARD_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(unheard -> {
                    LOG.warn("no listener has asked for a child's error: {}", failure.getMessage());
                    return null;
                });
    }

    /** Begins to follow the process, which was just started. */
    void begin(Launched child) {
        spawned.fire(this);
        collecting.ifPresent(collection -> collection.begin(child));
        options.input().ifPresent(bytes -> child.stdin().orElseThrow().finishWith(bytes));
        Runnable forgetLimit = options.timeout()
                .map(limit -> Timer.after(limit, () -> end(Reason.TIMED_OUT)))
                .orElse(() -> {});
        Cancellation cancellation = Cancellation.of(options, this::cancel);
        CompletableFuture<ExitStatus> ended = child.process().onExit().thenApply(end -> exited(child, end));
        CompletableFuture<Void> messages =
                conversation.map(Conversation::end).orElse(CompletableFuture.completedFuture(null));
        CompletableFuture<Void> saidAll = CompletableFuture.allOf(allOf(child, OutputPipe::ended), messages);
        CompletableFuture<Void> finished = ended.thenAcceptBoth(saidAll, (end, all) -> {
            forgetLimit.run();
            cancellation.forget();
            finish(end);
        });
        // What is read as a stream is the program's to end; it does not keep the JVM alive.
        CompletableFuture<Void> toldAll = CompletableFuture.allOf(allOf(child, OutputPipe::settled), messages);
        ended.thenAcceptBoth(toldAll, (end, all) -> release(saidAll, finished));
    }

    private void release(CompletableFuture<Void> saidAll, CompletableFuture<Void> finished) {
        CompletableFuture<Void> last = saidAll.isDone() ? finished : CompletableFuture.completedFuture(null);
        last.thenRun(reference::unrefWhenAllIsTold);
    }

    private ExitStatus exited(Launched child, ExitStatus end) {
        status = end;
        exited.fire(end);
        conversation.ifPresent(Conversation::peerExited);
        exit.complete(end);
        child.stdin().ifPresent(InputPipe::abandon);
        if (collecting.isEmpty()) {
            // In line behind the task that is running: what it subscribes to is not too late.
            EventThread.get().enqueue(() -> {
                child.stdout().ifPresent(OutputPipe::childEnded);
                child.stderr().ifPresent(OutputPipe::childEnded);
            });
        }
        return end;
    }

    private static CompletableFuture<Void> allOf(Launched child, Function<OutputPipe, CompletableFuture<Void>> which) {
        CompletableFuture<Void> none = CompletableFuture.completedFuture(null);
        return CompletableFuture.allOf(
                child.stdout().map(which).orElse(none),
                child.stderr().map(which).orElse(none));
    }

    private void finish(ExitStatus end) {
        collecting.ifPresent(collection -> collection.finish(end, Optional.ofNullable(verdict.get())));
        closed.fire(end);
    }

    /** Until it has ended and all it said is told, or {@link #unref}. */
    void keepJvmAlive() {
        reference.there(launched.isPresent());
    }

    @Override
    public void unref() {
        reference.unref();
    }

    private void tooMuch() {
        end(Reason.TOO_MUCH_OUTPUT);
    }

    private void cancel(@Nullable Throwable failure) {
        Throwable cause = failure == null ? new CancellationException(this + " was cancelled") : failure;
        if (verdict.compareAndSet(null, new Verdict(Reason.CANCELLED, cause))) {
            if (collecting.isEmpty() && kill(Signal.NONE)) {
                tellFailure(new ChildProcessException(
                        Reason.CANCELLED, this + " was cancelled: it is sent " + options.killSignal(), null, cause));
            }
            end();
        }
    }

    private void end(Reason reason) {
        if (verdict.compareAndSet(null, new Verdict(reason, null))) {
            end();
        }
    }

    private void end() {
        try {
            kill(options.killSignal());
        } catch (UncheckedIOException e) {
            cannotEnd(e);
        }
        if (collecting.isPresent()) {
            // A grandchild may hold the pipes for hours, and its output is not wanted.
            launched.flatMap(Launched::stdout).ifPresent(OutputPipe::abandon);
            launched.flatMap(Launched::stderr).ifPresent(OutputPipe::abandon);
        }
    }

    /** A caller that waits for the output would wait for as long as the child runs. */
    private void cannotEnd(UncheckedIOException e) {
        Reason why = Objects.requireNonNull(verdict.get()).reason();
        String what = this + " should be ended (" + why + ") and goes on: " + e.getMessage();
        collecting.ifPresentOrElse(
                collection -> collection.fail(new ChildProcessException(why, what, null, e)), () -> LOG.warn(what));
    }

    @Override
    public long pid() {
        return launched.map(child -> child.process().pid()).orElse(-1L);
    }

    @Override
    public ChildInput stdin() {
        return launched.<ChildInput>flatMap(Launched::stdin)
                .or(() -> isEmpty(options.stdin()) ? Optional.of(new NoInput()) : Optional.empty())
                .orElseThrow(
                        () -> new IllegalStateException("the stdin of " + options + " is no pipe to this process"));
    }

    @Override
    public Source stdout() {
        return source(launched.flatMap(Launched::stdout), options.stdout(), "stdout");
    }

    @Override
    public Source stderr() {
        return source(launched.flatMap(Launched::stderr), options.stderr(), "stderr");
    }

    private Source source(Optional<OutputPipe> pipe, Stdio stdio, String stream) {
        return pipe.<Source>map(output -> output)
                .or(() -> isEmpty(stdio) ? Optional.of(new NoOutput()) : Optional.empty())
                .orElseThrow(() -> new IllegalStateException(
                        "the " + stream + " of " + options + " is no pipe to this process, or it was never started"));
    }

    private boolean isEmpty(Stdio stdio) {
        return hasEmptyStreams && stdio.kind() == Stdio.Kind.PIPE;
    }

    @Override
    public CompletableFuture<Output> output() {
        return collecting
                .orElseThrow(() -> new IllegalStateException(
                        "the output of " + options + " is not collected: start it with exec or execFile"))
                .output();
    }

    @Override
    public boolean kill(Signal signal) {
        boolean sent = launched.isPresent() && launched.get().process().signal(signal);
        killed |= sent && signal != Signal.NONE;
        return sent;
    }

    @Override
    public boolean killed() {
        return killed;
    }

    @Override
    public Optional<ExitStatus> exitStatus() {
        return Optional.ofNullable(status);
    }

    @Override
    public void close() {
        kill(Signal.KILL);
    }

    /** Its channel, if it has one. */
    Optional<Conversation> conversation() {
        return conversation;
    }

    /** Its end; see {@link ForkedChild#exit()}. */
    CompletableFuture<ExitStatus> exit() {
        return exit.copy();
    }

    @Override
    public boolean isConnected() {
        return conversation.map(Conversation::isConnected).orElse(false);
    }

    @Override
    public void disconnect() {
        conversation.ifPresent(Conversation::disconnect);
    }

    @Override
    public boolean isWritable() {
        return conversation.map(Conversation::isWritable).orElse(false);
    }

    @Override
    public CompletableFuture<Void> send(Object message) {
        return conversation.map(channel -> channel.send(message)).orElseGet(this::noChannel);
    }

    @Override
    public CompletableFuture<Void> send(Object message, Handle handle) {
        return conversation.map(channel -> channel.send(message, handle)).orElseGet(this::noChannel);
    }

    @Override
    public <T> CompletableFuture<T> request(Object message, Class<T> answer, Duration limit) {
        return conversation
                .map(channel -> channel.request(message, answer, limit))
                .orElseGet(this::noChannel);
    }

    private <T> CompletableFuture<T> noChannel() {
        return CompletableFuture.failedFuture(new MessageException(withoutChannel(), null));
    }

    private String withoutChannel() {
        return this
                + (forked
                        ? " has no channel: it could not be started"
                        : " has no channel: start it with ChildProcess.fork");
    }

    @Override
    public Subscription onMessage(Consumer<? super Message> listener) {
        return needsChannel().map(channel -> channel.onMessage(listener)).orElse(() -> {});
    }

    @Override
    public Subscription onDisconnect(Runnable listener) {
        return needsChannel()
                .map(channel -> channel.onDisconnect(listener))
                .orElseGet(() -> disconnected.add(child -> listener.run()));
    }

    /** Empty if it was to have one and could not be started, which its error tells. */
    private Optional<Conversation> needsChannel() {
        if (!forked) {
            throw new IllegalStateException(withoutChannel());
        }
        return conversation;
    }

    @Override
    public Subscription onSpawn(Runnable listener) {
        return spawned.add(child -> listener.run());
    }

    @Override
    public Subscription onError(Consumer<? super ChildProcessException> listener) {
        errorHeard.complete(null);
        return failed.add(listener);
    }

    @Override
    public Subscription onExit(Consumer<? super ExitStatus> listener) {
        return exited.add(listener);
    }

    @Override
    public Subscription onClose(Consumer<? super ExitStatus> listener) {
        return closed.add(listener);
    }

    @Override
    public String toString() {
        return options + " (pid " + pid() + ")";
    }
}
