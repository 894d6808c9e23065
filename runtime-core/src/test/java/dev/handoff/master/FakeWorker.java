package dev.handoff.master;

import dev.handoff.cluster.Worker;
import dev.handoff.cluster.WorkerState;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Signal;
import java.util.List;
import java.util.Optional;

/** A worker of which only place and state are of interest. */
record FakeWorker(int id, int slot, int generation, WorkerState state) implements Worker {
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
    public void disconnect() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean kill(Signal signal) {
        throw new UnsupportedOperationException();
    }
}
