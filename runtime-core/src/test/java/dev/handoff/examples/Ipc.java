package dev.handoff.examples;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.CurrentWorker;
import dev.handoff.cluster.ForkedWorker;

/** A master says something to its worker, which says it back. */
public final class Ipc {
    private Ipc() {}

    /** Runs in the master and, once more, in its worker. */
    public static void main(String[] arguments) {
        if (Cluster.isMaster()) {
            ForkedWorker worker = Cluster.master().fork();
            worker.onMessage(message -> {
                System.out.println("msg: " + message.as(String.class) + " from worker#" + worker.id());
                worker.disconnect();
            });
            worker.send("hi there");
        } else {
            CurrentWorker self = Cluster.worker();
            self.onMessage(message -> self.master().send(message.as(String.class)));
        }
    }
}
