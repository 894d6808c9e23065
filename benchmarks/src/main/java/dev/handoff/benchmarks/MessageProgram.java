package dev.handoff.benchmarks;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.Worker;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Messages from one worker to another through the master: what Node's program of the same name does. */
public final class MessageProgram {
    private static final int BYTES = 64;

    private final boolean json;
    private final int count;
    private int received;

    private MessageProgram(boolean json, int count) {
        this.json = json;
        this.count = count;
    }

    /** What the master tells the sender: the receiver. */
    record Go(int to) {}

    /** What the one tells the other. */
    record Note(int number, String text) {}

    /**
     * Prints the messages per second of the last round.
     *
     * @param arguments {@code json} or {@code bytes}, the messages of each round, the rounds
     */
    public static void main(String[] arguments) throws InterruptedException {
        MessageProgram program = new MessageProgram(arguments[0].equals("json"), Integer.parseInt(arguments[1]));
        if (Cluster.isWorker()) {
            CurrentProcess.onMessage(program::hear);
        }
        try (ClusterServer server = ClusterServer.builder(Http.handler(request -> Response.status(404)))
                .workers(2)
                .port(0)
                .start()) {
            program.measure(server.cluster(), Integer.parseInt(arguments[2]));
        }
    }

    private void measure(Cluster cluster, int rounds) throws InterruptedException {
        BlockingQueue<Long> ends = new LinkedBlockingQueue<>();
        var unused = cluster.onMessage((worker, message) -> ends.add(System.nanoTime()));
        List<Worker> workers = List.copyOf(cluster.workers().values());
        long nanos = 0;
        for (int round = 0; round < rounds; round++) {
            long begin = System.nanoTime();
            workers.get(0).send(new Go(workers.get(1).id())).join();
            nanos = ends.take() - begin;
        }
        System.out.println(Math.round(count * 1e9 / nanos));
    }

    private void hear(Message message) {
        if (message.sender().id() == 0) {
            int to = message.as(Go.class).to();
            new Thread(() -> pump(Cluster.worker().peer(to)), "pump").start();
        } else if (isLast(message)) {
            received = 0;
            var unused = Cluster.worker().master().send("done");
        }
    }

    private boolean isLast(Message message) {
        boolean whole = json ? !message.as(Note.class).text().isEmpty() : message.bytes().length == BYTES;
        if (!whole) {
            throw new BenchmarkException("a message came that was not sent");
        }
        return ++received == count;
    }

    private void pump(Peer receiver) {
        for (int number = 0; number < count; number++) {
            var sent = receiver.send(json ? new Note(number, "hello, worker") : new byte[BYTES]);
            if (!receiver.isWritable()) {
                sent.join();
            }
        }
    }
}
