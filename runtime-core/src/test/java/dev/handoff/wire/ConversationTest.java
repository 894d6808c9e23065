package dev.handoff.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.handoff.process.Handle;
import dev.handoff.process.Message;
import dev.handoff.process.MessageException;
import dev.handoff.process.NodeTest;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.EventThread;
import dev.handoff.unix.OpenDescriptors;
import dev.handoff.unix.SeqPacketPair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both ends of a channel in one JVM. */
@Timeout(60)
class ConversationTest {
    private static final Duration LONG = Duration.ofSeconds(50);

    private final Conversation left;
    private final Conversation right;
    private final List<String> heard = new CopyOnWriteArrayList<>();

    ConversationTest() throws IOException {
        SeqPacketPair pair = SeqPacketPair.open();
        MessageChannel leftChannel = new MessageChannel();
        MessageChannel rightChannel = new MessageChannel();
        left = new Conversation(leftChannel, 0, 1);
        right = new Conversation(rightChannel, 0, 2);
        leftChannel.start(pair.left(), "left", left);
        rightChannel.start(pair.right(), "right", right);
    }

    @AfterEach
    void leaveNothing() {
        left.disconnect();
        right.disconnect();
        left.end().join();
        right.end().join();
    }

    private static String text(Message message) {
        return message.as(String.class);
    }

    private static void send(Conversation from, String... texts) {
        for (String text : texts) {
            from.send(text).join();
        }
    }

    /** Has run what waited on the thread of events. */
    private static void settle() {
        CompletableFuture<Void> settled = new CompletableFuture<>();
        EventThread.get().enqueue(() -> settled.complete(null));
        settled.join();
    }

    // --- listeners that come and go ---------------------------------------------------------------------------------

    @Test
    @NodeTest("test-child-process-ipc-next-tick.js")
    void whatComesAfterTheLastListenerIsGoneWaitsForTheNext() {
        send(left, "1", "2", "3");
        CompletableFuture<Subscription> first = new CompletableFuture<>();
        first.complete(right.onMessage(message -> {
            heard.add("first " + text(message));
            first.join().close();
        }));
        send(left, "4", "5");
        await().until(() -> !heard.isEmpty());
        settle();
        assertThat(heard).containsExactly("first 1");
        right.onMessage(message -> heard.add("second " + text(message)));
        await().until(() -> heard.size() == 5);
        assertThat(heard).containsExactly("first 1", "second 2", "second 3", "second 4", "second 5");
    }

    @Test
    void oneListenerAtATimeHearsEachMessageOnceAndInOrderHoweverOftenTheyChange() {
        int messages = 2_000;
        List<Integer> numbers = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
            for (int number = 0; number < messages; number++) {
                left.send(number).join();
            }
        });
        while (numbers.size() < messages) {
            right.onMessage(message -> numbers.add(message.as(Integer.class))).close();
            try (Subscription second = right.onMessage(message -> numbers.add(message.as(Integer.class)))) {
                assertThat(second).isNotNull();
                Thread.onSpinWait();
            }
        }
        sent.join();
        settle();
        assertThat(numbers).hasSize(messages).isSorted();
    }

    @Test
    void aSocketWaitsForTheNextListenerWithItsMessage() throws Exception {
        right.onMessage(message -> heard.add("closed one")).close();
        int before = OpenDescriptors.count();
        left.send("socket", Handle.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
                .join();
        await().until(() -> OpenDescriptors.count() == before + 1);
        BlockingQueue<Handle> handles = new LinkedBlockingQueue<>();
        right.onMessage(message -> message.handle().ifPresent(handles::add));
        Handle handle = handles.take();
        assertThat(handle.kind()).isEqualTo(Handle.Kind.DATAGRAM);
        handle.close();
        assertThat(heard).isEmpty();
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }

    @Test
    void aSenderWaitsAsLongAsNoListenerIsThereForMoreThanAMebibyte() {
        right.onMessage(message -> {}).close();
        byte[] half = new byte[512 << 10];
        List<CompletableFuture<Void>> sends = new CopyOnWriteArrayList<>();
        for (int count = 0; count < 16; count++) {
            sends.add(left.send(half));
        }
        await().until(() -> !left.isWritable());
        List<Integer> sizes = new CopyOnWriteArrayList<>();
        right.onMessage(message -> sizes.add(message.bytes().length));
        await().until(() -> sizes.size() == 16);
        assertThat(sends).allMatch(CompletableFuture::isDone);
    }

    // --- requests ---------------------------------------------------------------------------------------------------

    @Test
    void aRequestOnWhichAListenerThrowsFailsAtOnceAndSaysWhy() {
        right.onMessage(message -> {
            throw new IllegalStateException("no such order: " + text(message));
        });
        assertThatThrownBy(() -> left.request("42", String.class, LONG).join())
                .hasCauseInstanceOf(MessageException.class)
                .hasMessageContainingAll("IllegalStateException", "no such order: 42");
    }

    @Test
    void aRequestThatWasAnsweredIsAnsweredWhateverAListenerThrows() {
        right.onMessage(message -> {
            message.answer("done");
            throw new IllegalStateException("on purpose");
        });
        assertThat(left.request("x", String.class, LONG).join()).isEqualTo("done");
    }

    @Test
    void aRequestWhoseAnswerCannotBeWrittenFailsAtOnce() {
        right.onMessage(message -> message.answer(new Self()));
        assertThatThrownBy(() -> left.request("x", String.class, LONG).join())
                .hasCauseInstanceOf(MessageException.class)
                .hasMessageContainingAll("the answer", "JSON");
    }

    static final class Self {
        public Self itself() {
            return this;
        }
    }

    @Test
    void anErrorInAListenerIsAnAnswerToItsRequestToo() {
        right.onMessage(message -> {
            throw new StackOverflowError("x".repeat(1 << 20));
        });
        assertThatThrownBy(() -> left.request("x", String.class, LONG).join())
                .hasMessageContaining("StackOverflowError")
                .satisfies(failure -> assertThat(
                                String.valueOf(failure.getMessage()).getBytes(UTF_8))
                        .hasSizeLessThan(8 << 10));
    }
}
