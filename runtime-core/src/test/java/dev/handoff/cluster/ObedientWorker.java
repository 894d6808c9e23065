package dev.handoff.cluster;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Handle;
import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.spi.EventThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A worker that does what its test tells it, order by order, and answers each when it is done. */
final class ObedientWorker {
    /**
     * What to do.
     *
     * @param text what the verb needs
     * @param number what the verb needs
     */
    record Order(String verb, String text, int number) {}

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final List<Listener> LISTENERS = new ArrayList<>();
    private static final List<Handle> HELD = new ArrayList<>();
    private static final CurrentWorker SELF = Cluster.worker();
    private static int counted;

    private ObedientWorker() {}

    public static void main(String[] arguments) {
        if (!Cluster.isWorker() || Cluster.isMaster()) {
            CurrentProcess.exit(99);
        }
        SELF.onMessage(message -> {
            Optional<Handle> handle = message.handle();
            if (handle.isPresent()) {
                serveOne(handle.get());
            } else if (message.sender().id() == 0) {
                obey(message, message.as(Order.class));
            } else {
                meet(message);
            }
        });
    }

    /** Another worker's word goes on to the master, or comes back. */
    private static void meet(Message message) {
        String text = message.as(String.class);
        if (message.isRequest()) {
            if (!text.equals("say nothing")) {
                message.answer(text + " to you, " + message.sender().id());
            }
        } else {
            SELF.master()
                    .send(SELF.id() + " heard " + text + " from "
                            + message.sender().id());
        }
    }

    private static void obey(Message message, Order order) {
        switch (order.verb()) {
            case "listen" -> listen(message, order);
            case "close" -> {
                LISTENERS.get(order.number()).close();
                if (message.isRequest()) {
                    message.answer("");
                }
            }
            case "unref" -> {
                LISTENERS.get(order.number()).unref();
                message.answer("");
            }
            case "ref" -> {
                LISTENERS.get(order.number()).ref();
                message.answer("");
            }
            case "unrefChannel" -> {
                SELF.unref();
                if (message.isRequest()) {
                    message.answer("");
                }
            }
            case "unrefAndDisconnect" -> {
                SELF.unref();
                SELF.disconnect();
            }
            case "listenOrLeave" ->
                SELF.listen(ListenOptions.parse(order.text()), Handle::close).exceptionally(failure -> {
                    message.answer("").thenRun(SELF::disconnect);
                    return null;
                });
            case "sendConnection" -> sendConnection(order.number());
            case "held" -> message.answer(Integer.toString(HELD.size()));
            case "letGo" -> {
                HELD.forEach(Handle::close);
                HELD.clear();
                if (message.isRequest()) {
                    message.answer("");
                }
            }
            case "leave" -> message.answer("").thenRun(SELF::disconnect);
            case "disconnect" -> {
                SELF.disconnect();
                SELF.disconnect();
            }
            case "kill" -> SELF.kill();
            case "disconnectProcess" -> CurrentProcess.disconnect();
            case "exit" -> CurrentProcess.exit(order.number());
            case "exitWhenDisconnected" -> {
                SELF.onDisconnect(() -> CurrentProcess.exit(SELF.isConnected() ? 98 : order.number()));
                message.answer("");
            }
            case "count" -> counted++;
            case "exitWithCount" -> {
                SELF.onDisconnect(() -> CurrentProcess.exit(counted));
                message.answer("");
            }
            case "throw" -> throwSomewhere();
            case "freeze" -> {
                message.answer("").join();
                freeze();
            }
            case "env" -> message.answer(String.valueOf(System.getenv(order.text())));
            case "cwd" -> message.answer(CurrentProcess.cwd().toString());
            case "arguments" ->
                message.answer(
                        CurrentProcess.argv().subList(2, CurrentProcess.argv().size()));
            case "grandchild" -> message.answer(grandchild());
            case "variables" -> message.answer(variables());
            case "tell" -> tell(message, peer(order));
            case "tellPid" -> tell(message, SELF.peerByPid(order.number()));
            case "ask" -> ask(message, order);
            default -> message.answer("unknown: " + order.verb());
        }
    }

    private static void throwSomewhere() {
        CurrentProcess.exitOnUncaughtException(true);
        new Thread(() -> {
                    throw new IllegalStateException("on purpose");
                })
                .start();
    }

    private static void freeze() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String grandchild() {
        return ChildProcess.execFileSync(SpawnOptions.ofMain(Grandchild.class).jvmArgs("-Xmx32m"))
                .stdout();
    }

    /** What a program finds in its environment that a worker starts in the JDK's way. */
    private static String variables() {
        try {
            Process process = new ProcessBuilder("/usr/bin/env").start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a worker's own child thinks that it is. */
    static final class Grandchild {
        private Grandchild() {}

        public static void main(String[] arguments) {
            System.out.println("worker: " + Cluster.isWorker());
        }
    }

    // --- to others --------------------------------------------------------------------------------------------------

    private static Peer peer(Order order) {
        return order.number() == 0 ? SELF.others() : SELF.peer(order.number());
    }

    private static void tell(Message message, Peer peer) {
        peer.send(message.as(Order.class).text()).whenComplete((sent, failure) -> message.answer(text(failure)));
    }

    private static void ask(Message message, Order order) {
        Duration limit = order.text().equals("say nothing") ? Duration.ofMillis(100) : SOON;
        peer(order)
                .request(order.text(), String.class, limit)
                .whenComplete((answer, failure) -> message.answer(failure == null ? answer : text(failure)));
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static String text(@Nullable Throwable failure) {
        if (failure == null) {
            return "";
        }
        Throwable cause = cause(failure);
        return (cause instanceof TimeoutException
                        ? "too late: "
                        : cause.getClass().getSimpleName() + ": ")
                + cause.getMessage();
    }

    // --- listening --------------------------------------------------------------------------------------------------

    /** The words: how to serve, then where, then how to listen. */
    private static void listen(Message message, Order order) {
        List<String> words = List.of(order.text().split(" "));
        ListenOptions where = ListenOptions.parse(words.get(1));
        for (String word : words.subList(2, words.size())) {
            where = with(where, word, order.number());
        }
        SELF.listen(where, executor(words, order.number()), connection -> serve(words.get(0), connection))
                .whenComplete((listener, failure) -> {
                    if (failure == null) {
                        LISTENERS.add(listener);
                        message.answer(listener.address().toString());
                    } else {
                        ListenException refused = (ListenException) cause(failure);
                        message.answer(refused.errno() + " " + refused.getMessage());
                    }
                });
    }

    /** The thread of events; at first it has no thread as often as that, where it is said to be so. */
    private static Executor executor(List<String> words, int refusals) {
        AtomicInteger left = new AtomicInteger(words.contains("threadless") ? refusals : 0);
        return task -> {
            if (left.getAndDecrement() > 0) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            EventThread.get().enqueue(task);
        };
    }

    private static ListenOptions with(ListenOptions where, String word, int number) {
        return switch (word) {
            case "exclusive" -> where.exclusive();
            case "reusePort" -> where.reusePort();
            case "onlyIpv6" -> where.onlyIpv6();
            case "most" -> where.maxConnections(number);
            case "drop" -> where.dropMaxConnection();
            case "threadless" -> where;
            case "backlog" -> where.backlog(number);
            case "open" -> where.permissions(PosixFilePermissions.fromString("rwxrwxrwx"));
            default -> throw new IllegalArgumentException(word);
        };
    }

    /** Accepts once from a listener that the master has sent. */
    private static void serveOne(Handle listener) {
        new Thread(() -> {
                    try (listener) {
                        greet(listener.accept());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .start();
    }

    private static void sendConnection(int port) {
        try {
            SELF.master().send("handle", Handle.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void serve(String how, Handle connection) {
        switch (how) {
            case "greet" -> greet(connection);
            case "hold" -> HELD.add(connection);
            case "fail" -> throw new IllegalStateException("on purpose");
            default -> throw new IllegalArgumentException(how);
        }
    }

    private static void greet(Handle connection) {
        try (ByteChannel bytes = connection.open()) {
            bytes.write(ByteBuffer.wrap((SELF.id() + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
