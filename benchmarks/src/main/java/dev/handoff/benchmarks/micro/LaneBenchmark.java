package dev.handoff.benchmarks.micro;

import dev.handoff.unix.Accepted;
import dev.handoff.unix.ListeningSocket;
import dev.handoff.unix.SeqPacketSocket;
import dev.handoff.wire.LaneSocket;
import dev.handoff.wire.Offer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Hand-offs a second, both ends on one thread: the frame with its descriptors goes out, is received, each descriptor is
 * taken and closed, the frame is acknowledged, and the acknowledgement is read. No connection is accepted or served: this
 * is what the hand-off alone costs, all its system calls included.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls open before anything else
public class LaneBenchmark {
    private static final int CONNECTIONS = LaneSocket.MAX_OFFERS;

    private LaneSocket master;
    private LaneSocket worker;
    private Socket client;
    private final Offer[] offers = new Offer[CONNECTIONS];
    private long sequence;

    @Param({"1", "4", "16"})
    private int connectionsInAFrame;

    /** Opens a lane, and a connection that is handed over again and again. */
    @Setup
    public void open() throws IOException {
        Path directory = Files.createTempDirectory("lane-");
        Path rendezvous = directory.resolve("rendezvous");
        try (SeqPacketSocket listener = SeqPacketSocket.listen(rendezvous, 1)) {
            worker = LaneSocket.connect(rendezvous);
            master = new LaneSocket(listener.accept().orElseThrow());
        }
        Files.delete(rendezvous);
        Files.delete(directory);
        client = new Socket();
        Arrays.fill(offers, acceptedOffer());
    }

    private Offer acceptedOffer() throws IOException {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ListeningSocket listener = ListeningSocket.bind(anyPort, 1, false, false)) {
            client.connect(listener.localAddress());
            Accepted accepted = listener.accept();
            if (accepted == null) {
                throw new IllegalStateException("connect has returned, but no connection waits");
            }
            return new Offer(accepted.fd(), 0, false, accepted.peer());
        }
    }

    /** Closes the lane and the connection. */
    @TearDown
    public void close() throws IOException {
        offers[0].connection().close();
        client.close();
        worker.close();
        master.close();
    }

    /** Sixteen connections, in as many frames as it takes. */
    @Benchmark
    @OperationsPerInvocation(CONNECTIONS)
    public long handOff() throws IOException {
        for (int sent = 0; sent < CONNECTIONS; sent += connectionsInAFrame) {
            master.offer(sequence, offers, connectionsInAFrame);
            takeFrame();
            worker.acknowledge(sequence, connectionsInAFrame);
            master.receive();
            sequence += master.count();
        }
        return sequence;
    }

    private void takeFrame() throws IOException {
        worker.receive();
        for (int index = 0; index < worker.arrived(); index++) {
            worker.releaseOffer(index).connection().close();
        }
    }
}
