package dev.handoff.netty.pipeline;

import static org.awaitility.Awaitility.await;

import dev.handoff.acceptor.Listener;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.Protocol;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.netty.worker.Connection;
import dev.handoff.netty.worker.TestLoop;
import dev.handoff.unix.Accepted;
import dev.handoff.unix.Fd;
import dev.handoff.unix.SocketFd;
import dev.handoff.wire.HandedBack;
import dev.handoff.wire.Offer;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One event loop of a worker with real connections. Its master is the test, which sees what is handed back. */
final class PipelineWorker implements AutoCloseable {
    /** How long an idle connection stays that is told its end. */
    static final Duration IDLE_MIN = Duration.ofMillis(20);

    private static final int PATIENCE_MILLIS = 20_000;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final EventLoop loop = loops.next();
    private final BlockingQueue<Sent> master = new LinkedBlockingQueue<>();
    private final List<Socket> clients = new ArrayList<>();
    private final List<Channel> channels = new ArrayList<>();
    private final Listener listener;
    private final TestLoop worker;
    private long number;

    /** What was sent to the master. */
    record Sent(Fd copy, HandedBack connection) {
        /** What the next worker has to know. */
        byte[] state() {
            return Objects.requireNonNull(connection.progress()).state();
        }
    }

    private PipelineWorker(boolean hasMaster) throws IOException {
        listener = Listener.open(0, ListenOptions.address("127.0.0.1", 0));
        worker = new TestLoop(loop, IDLE_MIN, hasMaster ? this::send : null);
    }

    /** One whose connections can go to another. */
    static PipelineWorker withMaster() throws IOException {
        return new PipelineWorker(true);
    }

    /** One that is alone, as with {@code workers = 0}. */
    static PipelineWorker alone() throws IOException {
        return new PipelineWorker(false);
    }

    private OptionalLong send(HandedBack connection) throws IOException {
        master.add(new Sent(SocketFd.duplicate(new Fd(connection.socket().number())), connection));
        return OptionalLong.of(number++);
    }

    EventLoop loop() {
        return loop;
    }

    /** A client whose connection was adopted. */
    Socket connect(WorkerHandler handler) throws IOException {
        Socket client =
                new Socket(InetAddress.getLoopbackAddress(), listener.address().port());
        client.setSoTimeout(PATIENCE_MILLIS);
        client.setTcpNoDelay(true);
        clients.add(client);
        Accepted accepted = TestLoop.accept(listener);
        adopt(new Offer(accepted.fd(), 0, false, accepted.peer()), handler);
        return client;
    }

    /** Goes on with what another worker has handed back. */
    void adopt(Sent sent, WorkerHandler handler) {
        HandedBack gone = sent.connection;
        Offer offer = new Offer(sent.copy, 0, false, gone.peer(), gone.acceptedMillis(), gone.progress());
        adopt(offer, handler);
    }

    private void adopt(Offer offer, WorkerHandler handler) {
        worker.adopt(offer, new Noting(handler));
    }

    private final class Noting implements WorkerHandler {
        private final WorkerHandler handler;

        Noting(WorkerHandler handler) {
            this.handler = handler;
        }

        @Override
        public void initChannel(Channel channel) throws Exception {
            channels.add(channel);
            handler.initChannel(channel);
        }

        @Override
        public boolean handsBackHttp() {
            return handler.handsBackHttp();
        }

        @Override
        public Protocol protocol() {
            return handler.protocol();
        }
    }

    /** The channels of all connections so far. */
    Channel channel(int index) {
        return channels.get(index);
    }

    /** Waits until so many bytes of a client's have been read. */
    void awaitReceived(int index, long count) {
        Connection connection = Connection.of(channels.get(index));
        await().until(() -> connection.received() == count);
    }

    /** Runs a task on the event loop, to its end. */
    void run(Runnable task) {
        loop.submit(task).syncUninterruptibly();
    }

    /** The worker leaves: each connection's turn comes at once. */
    void leave() {
        worker.leave(Duration.ZERO);
    }

    /** Waits until idle connections that are told their end have been closed, and those of HTTP/2 as well. */
    void outlastFarewells() {
        outlast(IDLE_MIN.plusMillis(2));
    }

    /** Lets the event loop's clock pass over a moment: what was due by then is done. */
    void outlast(Duration time) {
        loop.schedule(() -> {}, time.toMillis(), TimeUnit.MILLISECONDS).syncUninterruptibly();
        run(() -> {});
    }

    /** The next connection that was handed back. */
    Sent sent() throws InterruptedException {
        return Objects.requireNonNull(master.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS), "nothing was handed back");
    }

    /** Whether all that was handed back has been looked at. */
    boolean hasSentNothing() {
        return master.isEmpty();
    }

    /** No other worker takes what was sent first. */
    void returnFirst() {
        worker.returned(0);
    }

    /** Another worker has what was sent first. */
    void confirmFirst() {
        worker.confirmed(0);
    }

    /** Closes what is left, and says how many, in words. */
    String cut() throws Exception {
        return worker.cut();
    }

    @Override
    public void close() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        master.forEach(sent -> sent.copy.close());
        listener.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
