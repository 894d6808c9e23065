package dev.handoff.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.handoff.process.MessageException;
import dev.handoff.unix.DescriptorMessage;
import dev.handoff.unix.SeqPacketPair;
import dev.handoff.unix.SeqPacketSocket;
import dev.handoff.unix.WakeUp;
import dev.handoff.wire.Envelope.Format;
import dev.handoff.wire.Envelope.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages take memory beside their bytes, and the smallest have none. */
@Timeout(60)
class MessageBoundsTest {
    /** Far above all bounds, and far below what a heap of tests has room for. */
    private static final int FLOOD = 300_000;

    private static Envelope message(Kind kind, long correlation, int length) {
        return new Envelope(kind, Format.RAW, correlation, Address.OTHER_END, new byte[length], null, false);
    }

    private static int countTaken(IntPredicate send) {
        return IntStream.range(0, FLOOD).filter(send.negate()).findFirst().orElse(FLOOD);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void anOutboxTakesSoManyMessagesHoweverSmall(int length) throws Exception {
        try (WakeUp wakeUp = new WakeUp()) {
            Outbox outbox = new Outbox(wakeUp);
            int taken = countTaken(
                    each -> !outbox.send(message(Kind.MESSAGE, 0, length)).isCompletedExceptionally());
            assertThat(taken).isEqualTo(Load.MOST_MESSAGES);
            assertThat(outbox.isWritable()).isFalse();
            outbox.end();
        }
    }

    @Test
    void soManyRepliesAreAwaitedOfOneAddressHoweverSmallTheirRequestsWere() {
        PendingReplies pending = new PendingReplies();
        for (int count = 0; count < Load.MOST_MESSAGES; count++) {
            pending.begin(7, 0);
        }
        assertThatThrownBy(() -> pending.begin(7, 0)).isInstanceOf(MessageException.class);
        assertThat(pending.isWritable(7)).isFalse();
        PendingReplies.Entry other = pending.begin(8, 0);
        assertThat(pending.isWritable(8)).isTrue();
        other.forget();
        pending.fail(1, "over");
        pending.begin(7, 0);
    }

    @Test
    void messagesWithoutBytesWaitForAListenerAtTheirSenders() throws Exception {
        SeqPacketPair pair = SeqPacketPair.open();
        MessageChannel leftChannel = new MessageChannel();
        MessageChannel rightChannel = new MessageChannel();
        Conversation left = new Conversation(leftChannel, 0, 1);
        Conversation right = new Conversation(rightChannel, 0, 2);
        leftChannel.start(pair.left(), "left", left);
        rightChannel.start(pair.right(), "right", right);
        int taken = countTaken(each -> !left.send(new byte[0]).isCompletedExceptionally());
        assertThat(taken).isLessThan(FLOOD);
        AtomicInteger heard = new AtomicInteger();
        right.onMessage(message -> heard.incrementAndGet());
        await().until(() -> heard.get() == taken);
        left.disconnect();
        CompletableFuture.allOf(left.end(), right.end()).join();
    }

    /** What a worker is told of its messages waits where it does not read that, and would be as much as it likes to send. */
    @Test
    void anEndThatDoesNotReadItsAnswersIsNotReadEither() throws Exception {
        int answers = 100_000;
        SeqPacketPair pair = SeqPacketPair.open();
        MessageChannel channel = new MessageChannel();
        List<Envelope> heard = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> ended = new CompletableFuture<>();
        channel.start(pair.left(), "left", new MessageChannel.Listener() {
            @Override
            public void onMessage(Envelope message) {
                heard.add(message);
            }

            @Override
            public void onEnd(@Nullable IOException failure) {
                ended.complete(null);
            }
        });
        for (int number = 1; number <= answers; number++) {
            assertThat(channel.answer(message(Kind.ROUTED, number, 0)).isCompletedExceptionally())
                    .isFalse();
        }
        ByteBuffer packet = ByteBuffer.allocate(EnvelopeCodec.MAX_PACKET);
        EnvelopeCodec.encode(message(Kind.MESSAGE, 0, 0), 0, packet);
        DescriptorMessage out = new DescriptorMessage(0, EnvelopeCodec.MAX_PACKET);
        out.putBytes(0, packet.array(), packet.position());
        assertThat(pair.right().send(out, packet.position(), 0)).isTrue();

        int read = 0;
        while (heard.isEmpty()) {
            read += readPacket(pair.right());
        }
        assertThat(read).isGreaterThan(answers / 2);
        pair.right().close();
        ended.join();
    }

    /** Gives how many messages were in it. */
    private static int readPacket(SeqPacketSocket socket) throws IOException {
        DescriptorMessage in = new DescriptorMessage(1, EnvelopeCodec.MAX_PACKET);
        if (socket.receive(in) != SeqPacketSocket.Received.MESSAGE) {
            return 0;
        }
        byte[] bytes = new byte[in.receivedLength()];
        in.getBytes(0, bytes, bytes.length);
        ByteBuffer packet = ByteBuffer.wrap(bytes);
        EnvelopeCodec codec = new EnvelopeCodec();
        int count = 0;
        while (packet.hasRemaining()) {
            Optional<Envelope> next = codec.decode(packet, null, false);
            count += next.isPresent() ? 1 : 0;
        }
        return count;
    }
}
