package dev.handoff.benchmarks.micro;

import dev.handoff.wire.ControlChannel;
import dev.handoff.wire.ControlFrame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import jnr.unixsocket.UnixServerSocketChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Control frames a second: encoded, written, read and decoded by the threads of two real channels. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls open before anything else
public class ControlBenchmark {
    private static final int FRAMES = 16;
    private static final ControlFrame FRAME = new ControlFrame.Leave("the handler asked for it");

    private final Semaphore arrived = new Semaphore(0);
    private ControlChannel worker;
    private ControlChannel master;

    /** Opens a channel. */
    @Setup
    public void open() throws IOException {
        Path directory = Files.createTempDirectory("control-");
        Path socket = directory.resolve("control");
        try (UnixServerSocketChannel listener = UnixServerSocketChannel.open()) {
            listener.socket().bind(new UnixSocketAddress(socket.toFile()));
            worker = ControlChannel.connect(socket);
            master = new ControlChannel(listener.accept());
        }
        Files.delete(socket);
        Files.delete(directory);
        worker.start("worker", new Counter());
        master.start("master", new Counter());
    }

    /** Closes both ends. */
    @TearDown
    public void close() {
        worker.close();
        master.close();
    }

    /** A burst of frames from the worker, until the last has arrived. */
    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public void burst() throws InterruptedException {
        for (int frame = 0; frame < FRAMES; frame++) {
            if (!worker.send(FRAME)) {
                throw new IllegalStateException("a channel with " + frame + " frames under way takes no more");
            }
        }
        arrived.acquire(FRAMES);
    }

    private final class Counter implements ControlChannel.Listener {
        @Override
        public void onFrame(ControlFrame frame) {
            arrived.release();
        }

        @Override
        public void onEnd(@Nullable IOException failure) {
            if (failure != null) {
                failure.printStackTrace();
            }
        }
    }
}
