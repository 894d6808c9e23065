package dev.handoff.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** What waits on a virtual thread keeps no carrier: in a JVM that has one carrier, everything here waits at once. */
@Timeout(90)
@Tag("core")
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadsTest {
    @Test
    void whatWaitsOnAVirtualThreadHoldsUpNoOther() {
        SpawnOptions options = SpawnOptions.ofMain(Waits.class)
                .jvmArgs(
                        "-Xmx48m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Djdk.virtualThreadScheduler.parallelism=1",
                        "-Djdk.virtualThreadScheduler.maxPoolSize=1")
                .stderr(Stdio.inherit());
        assertThat(ChildProcess.execFileSync(options).stdout().lines())
                .containsExactly(
                        "the others run",
                        "the socket of a handle: byte",
                        "the output of a child: byte",
                        "a write of 1000000 bytes is done",
                        "accepted a CONNECTION",
                        "waited for a child: exit code 0");
    }

    static final class Waits {
        private static final Executor VIRTUAL = Waits::start;

        private final ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        private final Handle listener = Handle.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        private final ChildProcess cat = ChildProcess.spawn("cat");
        private final ChildProcess reader =
                ChildProcess.spawn(SpawnOptions.of("cat").stdout(Stdio.ignore()));

        private Waits() throws IOException {}

        public static void main(String[] arguments) throws IOException {
            new Waits().run();
            CurrentProcess.exit(0);
        }

        /** Virtual threads are of JDK 21, and this is compiled for an older one. */
        private static void start(Runnable task) {
            try {
                Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("no virtual threads", e);
            }
        }

        private static <T> CompletableFuture<T> virtually(Callable<T> task) {
            return CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return task.call();
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    },
                    VIRTUAL);
        }

        private void run() throws IOException {
            List<CompletableFuture<String>> waiting = new ArrayList<>();
            reader.kill(Signal.STOP);
            ByteChannel channel = virtually(() -> Handle.connect((InetSocketAddress) server.getLocalSocketAddress()))
                    .join()
                    .open();
            Socket peer = server.accept();
            InputStream output = cat.stdout().stream();
            waiting.add(virtually(() -> "the socket of a handle: " + byteOf(channel)));
            waiting.add(virtually(() -> "the output of a child: " + (output.read() >= 0 ? "byte" : "end")));
            waiting.add(virtually(this::writeMuch));
            waiting.add(virtually(() -> "accepted a " + listener.accept().kind()));
            waiting.add(virtually(() ->
                    "waited for a child: " + ChildProcess.execSync("sleep 0.5").status()));
            System.out.println(virtually(() -> "the others run").join());
            peer.getOutputStream().write(1);
            cat.stdin().write(1);
            reader.kill(Signal.CONT);
            Socket another = new Socket(InetAddress.getLoopbackAddress(), listener.port());
            waiting.forEach(each -> System.out.println(each.join()));
            another.close();
            cat.close();
            reader.close();
        }

        private static String byteOf(ByteChannel channel) throws IOException {
            return channel.read(ByteBuffer.allocate(1)) > 0 ? "byte" : "end";
        }

        private String writeMuch() throws IOException {
            byte[] much = "x".repeat(1_000_000).getBytes(UTF_8);
            reader.stdin().write(much);
            return "a write of " + much.length + " bytes is done";
        }
    }
}
