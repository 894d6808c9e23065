package dev.handoff.cluster;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Message;
import dev.handoff.process.Signal;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** A master of obedient workers in a process of its own, for what a test's own cannot be: it passes orders on. */
final class RelayingMaster {
    /**
     * What to do.
     *
     * @param worker the receiver's id; 0: fork one, and tell its id
     * @param order "exit status", when the worker has exited, and "end", which kills it, are the master's to answer
     */
    record Relay(int worker, ObedientWorker.Order order) {}

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Map<Integer, ForkedWorker> WORKERS = new HashMap<>();

    private RelayingMaster() {}

    /** Tells such a master what to do, from another process, and gives its answer. */
    static String relay(ChildProcess master, int worker, String verb, String text, int number) {
        Relay relay = new Relay(worker, new ObedientWorker.Order(verb, text, number));
        return master.request(relay, String.class, Duration.ofSeconds(60)).join();
    }

    public static void main(String[] arguments) {
        Cluster.master()
                .setupMaster(
                        settings -> SpawnOptions.ofMain(ObedientWorker.class).stdio(Stdio.inherit()));
        CurrentProcess.onMessage(message -> obey(message, message.as(Relay.class)));
        CurrentProcess.onDisconnect(() -> Cluster.master().disconnect());
    }

    private static void obey(Message message, Relay relay) {
        if (relay.worker() == 0) {
            ForkedWorker forked = Cluster.master().fork();
            WORKERS.put(forked.id(), forked);
            message.answer(Integer.toString(forked.id()));
            return;
        }
        ForkedWorker worker = Objects.requireNonNull(WORKERS.get(relay.worker()), relay::toString);
        switch (relay.order().verb()) {
            case "exit status" -> worker.onExit(status -> message.answer(status.toString()));
            case "end" -> message.answer(Boolean.toString(worker.kill(Signal.KILL)));
            default ->
                worker.request(relay.order(), String.class, SOON)
                        .whenComplete(
                                (answer, failure) -> message.answer(failure == null ? answer : failure.toString()));
        }
    }
}
