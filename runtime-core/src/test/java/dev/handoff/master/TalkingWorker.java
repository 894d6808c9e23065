package dev.handoff.master;

import dev.handoff.cluster.Cluster;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A worker that does what it is told with its peers, and tells the master what it hears. */
public final class TalkingWorker {
    /**
     * What the master asks for.
     *
     * @param act send or ask
     * @param to the id of a worker; 0 for all the others; a process id if it is negative
     * @param text what to say
     */
    record Order(String act, long to, String text) {}

    /** What a worker has heard. */
    record Heard(String text, int from, long pid) {}

    private TalkingWorker() {}

    /** Serves. */
    public static void main(String[] args) throws Exception {
        CurrentProcess.onMessage(TalkingWorker::hear);
        TestWorker.main(args);
    }

    private static void hear(Message message) {
        if (message.sender().id() == 0) {
            obey(message);
        } else if (!message.isRequest()) {
            Peer sender = message.sender();
            Cluster.worker().master().send(new Heard(message.as(String.class), sender.id(), sender.pid()));
        } else if (!message.as(String.class).isEmpty()) {
            message.answer("echo " + message.as(String.class));
        }
    }

    private static void obey(Message message) {
        Order order = message.as(Order.class);
        Peer peer = peer(order.to());
        CompletableFuture<String> done = order.act().equals("ask")
                ? peer.request(
                        order.text(),
                        String.class,
                        Duration.ofMillis(order.text().isEmpty() ? 1 : 20_000))
                : peer.send(order.text()).thenApply(sent -> "sent");
        done.whenComplete((answer, failure) -> message.answer(failure == null ? answer : failure.toString()));
    }

    private static Peer peer(long to) {
        if (to == 0) {
            return Cluster.worker().others();
        }
        return to > 0 ? Cluster.worker().peer((int) to) : Cluster.worker().peerByPid(-to);
    }
}
