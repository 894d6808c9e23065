package dev.handoff.master;

import dev.handoff.cluster.Cluster;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A worker that does what it is told with its peers, and tells the master what it hears. */
public final class TalkingWorker {
    /**
     * What the master asks for.
     *
     * @param act send, ask or flood
     * @param to the id of a worker; 0 for all the others; a process id if it is negative
     * @param text what to say
     */
    record Order(String act, long to, String text) {}

    /** What a worker has heard. */
    record Heard(String text, int from, long pid) {}

    /** How many messages of a flood were taken, whether the peer was still said to be writable, and why the next was not. */
    record Flooded(int taken, boolean writable, String refusal) {}

    /** What a worker has heard of a flood: how many in order, and whether any was not. */
    record Soaked(int inOrder, boolean confused) {}

    /** What makes a worker hear nothing until a connection that it makes to that port ends. */
    static final String DEAF_UNTIL_CLOSED = "deaf until this port closes: ";

    private static final int FLOOD_BYTES = 64 * 1024;

    private static int soaked;
    private static boolean confused;

    private TalkingWorker() {}

    /** Serves. */
    public static void main(String[] args) throws Exception {
        CurrentProcess.onMessage(TalkingWorker::hear);
        TestWorker.main(args);
    }

    private static void hear(Message message) {
        if (message.sender().id() == 0) {
            obey(message);
        } else if (message.bytes().length == FLOOD_BYTES) {
            confused |= ByteBuffer.wrap(message.bytes()).getInt() != soaked++;
        } else if (message.as(String.class).startsWith(DEAF_UNTIL_CLOSED)) {
            awaitEnd(Integer.parseInt(message.as(String.class).substring(DEAF_UNTIL_CLOSED.length())));
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
        if (order.act().equals("flood")) {
            message.answer(flood(peer));
            return;
        }
        if (order.act().equals("soaked")) {
            message.answer(new Soaked(soaked, confused));
            return;
        }
        CompletableFuture<String> done = order.act().equals("ask")
                ? peer.request(
                        order.text(),
                        String.class,
                        Duration.ofMillis(order.text().isEmpty() ? 1 : 20_000))
                : peer.send(order.text()).thenApply(sent -> "sent");
        done.whenComplete((answer, failure) -> message.answer(failure == null ? answer : failure.toString()));
    }

    /** Sends numbered messages until one is refused, as if isWritable had nothing to say. */
    private static Flooded flood(Peer peer) {
        for (int number = 0; ; number++) {
            byte[] message = new byte[FLOOD_BYTES];
            ByteBuffer.wrap(message).putInt(number);
            CompletableFuture<Void> sent = peer.send(message);
            if (sent.isCompletedExceptionally()) {
                return new Flooded(
                        number,
                        peer.isWritable(),
                        sent.handle((taken, why) -> String.valueOf(why.getMessage()))
                                .join());
            }
        }
    }

    private static void awaitEnd(int port) {
        try (Socket connection = new Socket(InetAddress.getLoopbackAddress(), port)) {
            connection.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Peer peer(long to) {
        if (to == 0) {
            return Cluster.worker().others();
        }
        return to > 0 ? Cluster.worker().peer((int) to) : Cluster.worker().peerByPid(-to);
    }
}
