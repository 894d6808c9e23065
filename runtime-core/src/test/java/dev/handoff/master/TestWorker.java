package dev.handoff.master;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.handoff.cluster.CurrentWorker;
import dev.handoff.cluster.Protocol;
import dev.handoff.unix.Fd;
import dev.handoff.unix.Poller;
import dev.handoff.wire.ControlFrame.Service;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Refusal;
import dev.handoff.wire.Role;
import dev.handoff.wire.Scoreboard;
import dev.handoff.wire.StateFormat;
import dev.handoff.worker.HandoffReceiver;
import dev.handoff.worker.JoinException;
import dev.handoff.worker.Replaceable;
import dev.handoff.worker.WorkerRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicInteger;
import jnr.unixsocket.UnixSocketChannel;

/**
 * A worker for tests: one loop, one HTTP response a connection with the worker's pid in it. It misbehaves as its first
 * argument says.
 */
public final class TestWorker implements HandoffReceiver.Adopter {
    /** This worker, once its master has welcomed it. */
    static final CompletableFuture<CurrentWorker> WELCOMED = new CompletableFuture<>();

    private static final int POLL_MILLIS = 50;

    private final WorkerRuntime runtime;
    private final String manner;
    /** The main thread, and each connection that is being answered. */
    private final Phaser open = new Phaser(1);

    private final AtomicInteger probes = new AtomicInteger();
    private volatile boolean drained;
    private volatile boolean blocked;
    private volatile boolean exhausted;
    private int adopted;

    private TestWorker(WorkerRuntime runtime, String manner) {
        this.runtime = runtime;
        this.manner = manner;
    }

    /** Serves. */
    public static void main(String[] args) throws Exception {
        String manner = System.getProperty("manner", args.length == 0 ? "" : args[0]);
        System.out.println("begins " + manner);
        if (manner.equals("exit")) {
            System.exit(7);
        }
        if (manner.equals("hang")) {
            Thread.currentThread().join();
        }
        WorkerRuntime runtime = join();
        WELCOMED.complete(runtime.self());
        if (manner.equals("throw")) {
            runtime.failed("java.lang.IllegalStateException: no database");
            WorkerRuntime.exit(72);
        }
        new TestWorker(runtime, manner).serve();
    }

    private static WorkerRuntime join() {
        try {
            return WorkerRuntime.join(Role.ofThisProcess().orElseThrow());
        } catch (JoinException e) {
            System.out.println(e.getMessage());
            WorkerRuntime.exit(e.exitCode());
            throw new AssertionError("exit does not return", e);
        }
    }

    private void serve() throws Exception {
        HandoffReceiver lane = runtime.openLane(0, this);
        Thread loop = new Thread(() -> loop(lane), "loop");
        loop.setDaemon(true);
        loop.start();
        if (manner.equals("leave")) {
            runtime.requestLeave("nothing works");
        }
        runtime.serving(List.of(new Service(Protocol.HTTP, StateFormat.NONE)));
        runtime.awaitLeaving();
        open.arriveAndAwaitAdvance();
        runtime.leave(0, 0);
    }

    private void loop(HandoffReceiver lane) {
        Poller poller = new Poller();
        try {
            boolean more = true;
            while (more && !drained) {
                if (exhausted && runtime.self() instanceof Replaceable replaceable) {
                    replaceable.askForSuccessor("no threads");
                }
                if (!blocked) {
                    runtime.scoreboard().set(0, Scoreboard.Cell.BEAT, System.nanoTime());
                }
                poller.clear();
                if (!isDeaf()) {
                    poller.add(lane.fd(), Poller.IN);
                }
                more = poller.poll(POLL_MILLIS) == 0 || lane.receive();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Beats on and takes no more after its probe and one client. */
    private boolean isDeaf() {
        return manner.equals("deaf") && adopted == 2;
    }

    @Override
    public Optional<Refusal> refusal(Offer offer, int before) {
        return Optional.empty();
    }

    @Override
    public void adopt(Offer offer) {
        adopted++;
        open.register();
        new Thread(() -> answer(offer.connection())).start();
    }

    private void answer(Fd connection) {
        try (UnixSocketChannel channel = UnixSocketChannel.fromFD(connection.release())) {
            // A new channel takes its descriptor for a blocking one, and a change to what it knows for no change.
            channel.configureBlocking(false);
            channel.configureBlocking(true);
            ByteBuffer request = ByteBuffer.allocate(4096);
            channel.read(request);
            String head = new String(request.array(), 0, request.position(), US_ASCII);
            if (head.startsWith("GET /block")) {
                blocked = true;
            }
            if (head.startsWith("GET /exhaust")) {
                exhausted = true;
            }
            channel.write(ByteBuffer.wrap(response(head).getBytes(US_ASCII)));
        } catch (IOException e) {
            System.err.println("lost a client: " + e);
        } finally {
            open.arriveAndDeregister();
        }
    }

    private String response(String head) {
        String body = Long.toString(ProcessHandle.current().pid());
        boolean fails = manner.equals("sick") || (manner.equals("warm up") && probes.incrementAndGet() < 3);
        String status = fails && head.contains("handoff-probe") ? "503 Sick" : "200 OK";
        return "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Override
    public void listen(int listener, Fd listeningSocket) {
        listeningSocket.close();
    }

    @Override
    public void unlisten(int listener) {}

    @Override
    public void drain() {
        drained = true;
        runtime.laneDrained(0);
    }
}
