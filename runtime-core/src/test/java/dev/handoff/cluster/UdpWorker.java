package dev.handoff.cluster;

import dev.handoff.cluster.ObedientWorker.Order;
import dev.handoff.process.Handle;
import dev.handoff.process.Message;
import dev.handoff.unix.OpenDescriptors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A worker that binds UDP sockets as its test tells it, and answers each datagram with its id. */
final class UdpWorker {
    private static final List<UdpSocket> SOCKETS = new ArrayList<>();
    private static final CurrentWorker SELF = Cluster.worker();

    private UdpWorker() {}

    public static void main(String[] arguments) {
        SELF.onMessage(message -> obey(message, message.as(Order.class)));
    }

    private static void obey(Message message, Order order) {
        UdpSocket socket = order.number() < SOCKETS.size() ? SOCKETS.get(order.number()) : null;
        switch (order.verb()) {
            case "bind" -> answer(message, bind(order.text(), Integer.MAX_VALUE));
            case "bindFor" -> answer(message, bind(order.text(), order.number()));
            case "bindOnly" -> answer(message, SELF.bind(options(order.text())));
            case "bindTwice" -> bindTwice(message, order.text());
            case "cancel" -> cancel(message, bind(order.text(), 0));
            case "closeAtOnce" -> bind(order.text(), 0).thenAccept(bound -> closeAtOnce(message, bound));
            case "close" -> close(message, Objects.requireNonNull(socket));
            case "unref" -> {
                Objects.requireNonNull(socket).unref();
                message.answer("");
            }
            case "send" -> message.answer(send(Objects.requireNonNull(socket), order.text()));
            case "tooMuch" -> message.answer(send(Objects.requireNonNull(socket), "127.0.0.1:9 " + "x".repeat(65_508)));
            case "readOnce" -> message.answer(readOnce(Objects.requireNonNull(socket)));
            case "listenOwn" -> listenOwn(message);
            case "freeze" -> {
                message.answer("").join();
                freeze();
            }
            case "open" -> message.answer(Integer.toString(OpenDescriptors.count()));
            case "unrefSelf" -> SELF.unref();
            default -> message.answer("unknown: " + order.verb());
        }
    }

    // --- binding ----------------------------------------------------------------------------------------------------

    /** The words: where, then how. */
    private static ListenOptions options(String text) {
        List<String> words = List.of(text.split(" "));
        ListenOptions where = ListenOptions.parse(words.get(0));
        for (String word : words.subList(1, words.size())) {
            where = with(where, word);
        }
        return where;
    }

    private static ListenOptions with(ListenOptions where, String word) {
        return switch (word) {
            case "exclusive" -> where.exclusive();
            case "reusePort" -> where.reusePort();
            case "onlyIpv6" -> where.onlyIpv6();
            default -> throw new IllegalArgumentException(word);
        };
    }

    /** Greets so many senders, then closes. */
    private static CompletableFuture<UdpSocket> bind(String text, int most) {
        CompletableFuture<UdpSocket> bound = new CompletableFuture<>();
        int[] left = {most};
        CompletableFuture<UdpSocket> wanted = SELF.bind(options(text), datagram -> {
            UdpSocket socket = bound.join();
            left[0]--;
            send(socket, datagram.sender(), SELF.id() + " " + datagram.text());
            if (left[0] == 0) {
                socket.close();
            }
        });
        wanted.thenAccept(bound::complete);
        return wanted;
    }

    private static void cancel(Message message, CompletableFuture<UdpSocket> wanted) {
        boolean inTime = wanted.cancel(true);
        wanted.thenAccept(UdpSocket::close);
        message.answer("cancelled: " + inTime);
    }

    private static void bindTwice(Message message, String text) {
        CompletableFuture<UdpSocket> one = bind(text, Integer.MAX_VALUE);
        CompletableFuture<UdpSocket> two = bind(text, Integer.MAX_VALUE);
        one.thenAcceptBoth(two, (first, second) -> message.answer(first.address() + " " + second.address()));
    }

    private static void answer(Message message, CompletableFuture<UdpSocket> bound) {
        bound.whenComplete((socket, failure) -> {
            if (failure == null) {
                SOCKETS.add(socket);
            }
            message.answer(failure == null ? socket.address().toString() : text(failure));
        });
    }

    private static String text(@Nullable Throwable failure) {
        return failure instanceof ListenException refused
                ? refused.errno() + " " + refused.getMessage()
                : String.valueOf(failure);
    }

    private static void closeAtOnce(Message message, UdpSocket socket) {
        socket.close();
        close(message, socket);
    }

    private static void close(Message message, UdpSocket socket) {
        socket.onClose(() -> message.answer("closed"));
        socket.close();
    }

    // --- using ------------------------------------------------------------------------------------------------------

    private static String send(UdpSocket socket, String text) {
        List<String> words = List.of(text.split(" ", 2));
        int colon = words.get(0).lastIndexOf(':');
        int port = Integer.parseInt(words.get(0).substring(colon + 1));
        return send(socket, new InetSocketAddress(words.get(0).substring(0, colon), port), words.get(1));
    }

    private static String send(UdpSocket socket, InetSocketAddress to, String text) {
        try {
            return "sent: " + socket.send(text.getBytes(StandardCharsets.UTF_8), to);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Through a handle, which blocks. */
    private static String readOnce(UdpSocket socket) {
        try (Handle handle = socket.handle();
                ByteChannel channel = handle.open()) {
            ByteBuffer datagram = ByteBuffer.allocate(100);
            channel.read(datagram);
            return StandardCharsets.UTF_8.decode(datagram.flip()).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void listenOwn(Message message) {
        try {
            Handle own = Handle.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            ListenOptions where = ListenOptions.descriptor(SharedDatagramsTest.descriptor(own))
                    .exclusive();
            SELF.listen(where, UdpWorker::greet)
                    .thenAccept(listener -> message.answer(listener.address().toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void greet(Handle connection) {
        try (ByteChannel bytes = connection.open()) {
            bytes.write(ByteBuffer.wrap((SELF.id() + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void freeze() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
