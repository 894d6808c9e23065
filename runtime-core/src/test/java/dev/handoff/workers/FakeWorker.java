package dev.handoff.workers;

import dev.handoff.cluster.Worker;
import dev.handoff.cluster.WorkerState;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Handle;
import dev.handoff.process.Message;
import dev.handoff.process.Signal;
import dev.handoff.process.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A worker of which only place and state are of interest. */
public record FakeWorker(int id, int slot, int generation, WorkerState state) implements Worker {
    @Override
    public long pid() {
        return 1000L + id;
    }

    @Override
    public boolean isConnected() {
        return !isDead();
    }

    @Override
    public Optional<ExitStatus> exitStatus() {
        return state == WorkerState.EXITED ? Optional.of(new ExitStatus.Exited(0)) : Optional.empty();
    }

    @Override
    public boolean exitedAfterDisconnect() {
        return false;
    }

    @Override
    public List<String> lastLines() {
        return List.of();
    }

    @Override
    public boolean isWritable() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> send(Object message) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> send(Object message, Handle handle) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> CompletableFuture<T> request(Object message, Class<T> answer, Duration limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Subscription onMessage(Consumer<? super Message> listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void disconnect() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean kill(Signal signal) {
        throw new UnsupportedOperationException();
    }
}
