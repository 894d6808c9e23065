package dev.handoff.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.handoff.unix.OpenDescriptors;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import jnr.unixsocket.UnixSocketAddress;
import jnr.unixsocket.UnixSocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ControlSocketTest {
    private final int before = OpenDescriptors.count();
    private final Path directory;

    ControlSocketTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void aCloseWakesWhoeverAccepts() throws Exception {
        ControlSocket socket = ControlSocket.listen(directory.resolve("control"));
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread accepting = new Thread(() -> end.complete(failureOf(socket)));
        accepting.start();
        await().until(() -> inAccept(accepting));
        socket.close();
        assertThat(end.get(10, TimeUnit.SECONDS)).isInstanceOf(ClosedChannelException.class);
        accepting.join();
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }

    private static boolean inAccept(Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0 && stack[0].isNativeMethod();
    }

    private static Throwable failureOf(ControlSocket socket) {
        try {
            return new AssertionError(socket.accept() + " was accepted");
        } catch (IOException | RuntimeException e) {
            return e;
        }
    }

    /** The next socket has the number of the one before: whoever is late with an accept must not get its callers. */
    @Test
    void whoAcceptsBehindACloseTakesNobodyFromTheNextSocket() throws Exception {
        ControlSocket closed = ControlSocket.listen(directory.resolve("before"));
        closed.close();
        Path path = directory.resolve("next");
        ControlSocket next = ControlSocket.listen(path);
        try (UnixSocketChannel client = UnixSocketChannel.open(new UnixSocketAddress(path.toFile()))) {
            assertThat(client.isConnected()).isTrue();
            assertThatThrownBy(closed::accept).isInstanceOf(ClosedChannelException.class);
            try (UnixSocketChannel accepted = next.accept()) {
                assertThat(accepted.isConnected()).isTrue();
            }
        } finally {
            next.close();
        }
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }
}
