package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class InboxTest {
    private final Inbox inbox = new Inbox();

    @Test
    void keepsTheOrder() throws Exception {
        List<Inbox.Message> messages = List.of(message(), message(), message());
        messages.forEach(inbox::put);
        for (Inbox.Message message : messages) {
            assertThat(inbox.take(0)).isSameAs(message);
        }
        assertThat(inbox.take(0)).isNull();
    }

    @Test
    void wakesWhoWaits() throws Exception {
        Inbox.Message message = message();
        Thread sender = new Thread(() -> inbox.put(message));
        sender.start();
        assertThat(inbox.take(Duration.ofSeconds(30).toNanos())).isSameAs(message);
        sender.join();
    }

    @Test
    void anInterruptKeepsNothingOut() throws Exception {
        Thread.currentThread().interrupt();
        assertThat(inbox.put(message())).isTrue();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(inbox.take(0)).isNotNull();
    }

    @Test
    void aSenderWaitsForRoomWhereMessagesHaveMuchInThem() throws Exception {
        int size = 1 << 20;
        Thread sender = new Thread(() -> {
            for (int count = 0; count < 100; count++) {
                inbox.put(size, message());
            }
        });
        sender.start();
        await().until(() -> sender.getState() == Thread.State.WAITING);
        assertThat(inbox.take(0)).isNotNull();
        await().until(() -> sender.getState() == Thread.State.WAITING);
        assertThat(inbox.close()).hasSizeBetween(1, 16);
        sender.join();
    }

    @Test
    void afterTheEndNothingIsTakenInAndWhatWasThereIsGivenOut() {
        Inbox.Message message = message();
        inbox.put(message);
        assertThat(inbox.close()).containsExactly(message);
        assertThat(inbox.put(message())).isFalse();
    }

    private static Inbox.Message message() {
        return new Inbox.Message() {
            @Override
            public void handle(Supervisor supervisor, long nowNanos) {
                throw new UnsupportedOperationException("only passed around");
            }
        };
    }
}
