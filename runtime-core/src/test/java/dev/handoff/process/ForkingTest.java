package dev.handoff.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** What tests with forked children have in common: small JVMs, ended with the test, and what they have said. */
abstract class ForkingTest {
    static final Duration SOON = Duration.ofSeconds(60);

    private final List<ChildProcess> started = new ArrayList<>();
    final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    final List<String> events = new CopyOnWriteArrayList<>();

    @AfterEach
    void leaveNothingRunning() {
        started.forEach(ChildProcess::close);
        started.forEach(child ->
                await().until(() -> child.pid() < 0 || child.exitStatus().isPresent()));
    }

    /** A main class in a small JVM. */
    static SpawnOptions small(Class<?> main, String... arguments) {
        return SpawnOptions.ofMain(main, arguments).jvmArgs("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    }

    final ChildProcess fork(Class<?> main, String... arguments) {
        return fork(small(main, arguments).stdio(Stdio.inherit()));
    }

    final ChildProcess fork(SpawnOptions options) {
        ChildProcess child = ChildProcess.fork(options);
        started.add(child);
        return child;
    }

    final ChildProcess echo() {
        ChildProcess child = fork(Echo.class);
        child.onMessage(messages::add);
        return child;
    }

    final Message next() throws InterruptedException {
        Message message = messages.poll(SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(message).as("a message within %s", SOON).isNotNull();
        return Objects.requireNonNull(message);
    }

    static ExitStatus exit(ChildProcess child) {
        CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
        child.onExit(exit::complete);
        return exit.join();
    }

    /** Sends back what comes, with what came along; ends with the channel. */
    static final class Echo {
        private Echo() {}

        public static void main(String[] arguments) {
            CurrentProcess.onMessage(message -> {
                message.handle().ifPresentOrElse(handle -> CurrentProcess.send(message.bytes(), handle), () -> {
                    if (message.isRequest()) {
                        message.answer(message.bytes());
                    } else {
                        // As long as the other end takes to read: beyond 16 MiB a send is refused.
                        CurrentProcess.send(message.bytes()).join();
                    }
                });
            });
        }
    }
}
