package dev.handoff.acceptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.handoff.unix.Fd;
import dev.handoff.unix.WakeUp;
import dev.handoff.wire.Offer;
import dev.handoff.wire.WireException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LedgerTest {
    private static final int CREDIT = 5;

    private final Ledger ledger = new Ledger(CREDIT);
    private final List<PendingConnection> sent = new ArrayList<>();

    private void send(int count) {
        for (int index = 0; index < count; index++) {
            PendingConnection connection =
                    new PendingConnection(new Offer(new Fd(1_000_000), 0, false, TestAddresses.any()));
            sent.add(connection);
            ledger.offered(connection);
        }
    }

    private List<PendingConnection> answered(long first, int count) throws WireException {
        List<PendingConnection> out = new ArrayList<>();
        ledger.answered(first, count, out::add);
        return out;
    }

    @Test
    void whatIsAnsweredComesOutInOrderAndGivesItsCreditBack() throws Exception {
        send(CREDIT);
        assertThat(ledger.free()).isZero();
        assertThat(answered(0, 2)).isEqualTo(sent.subList(0, 2));
        assertThat(ledger.free()).isEqualTo(2);
        assertThat(answered(2, 3)).isEqualTo(sent.subList(2, 5));
        assertThat(ledger.isEmpty()).isTrue();
    }

    @Test
    void anAnswerOutOfOrderGivesItsCreditBackWhenThoseBeforeItAreAnswered() throws Exception {
        send(3);
        assertThat(answered(1, 2)).isEqualTo(sent.subList(1, 3));
        assertThat(ledger.free()).isEqualTo(CREDIT - 3);
        answered(0, 1);
        assertThat(ledger.free()).isEqualTo(CREDIT);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, -1", "-1, 1", "4, 1", "0, 5", "3, 2", "2, 1", "1, 3", "9223372036854775807, 1", "0, 65535"})
    void anAnswerToWhatIsNotUnderWayIsRefusedWhole(long first, int count) throws Exception {
        send(4);
        answered(2, 1);
        List<PendingConnection> out = new ArrayList<>();
        assertThatExceptionOfType(WireException.class)
                .isThrownBy(() -> ledger.answered(first, count, out::add))
                .withMessageStartingWith("expected an answer to connections from 0 to 3, found one to ");
        assertThat(out).as("a part of it would have no owner").isEmpty();
    }

    @Test
    void whatIsAbandonedIsAllThatWasNotAnsweredInOrder() throws Exception {
        send(4);
        answered(1, 1);
        List<PendingConnection> out = new ArrayList<>();
        ledger.removeAll(out::add);
        assertThat(out).containsExactly(sent.get(0), sent.get(2), sent.get(3));
        ledger.removeAll(out::add);
        assertThat(out).hasSize(3);
        assertThat(ledger.isEmpty()).isTrue();
    }

    @Test
    void nothingIsSentBeyondTheCredit() {
        send(CREDIT);
        assertThatIllegalStateException().isThrownBy(() -> send(1)).withMessageContaining("beyond the credit of 5");
    }

    @Test
    void eachComesOutOnceInAnyOrderOfAnswers() throws Exception {
        Random random = new Random(20_261_122);
        List<PendingConnection> out = new ArrayList<>();
        for (int round = 0; round < 1000; round++) {
            send(1 + random.nextInt(ledger.free()));
            long end = ledger.nextSequence();
            for (long sequence = end - 1; sequence >= end - CREDIT && sequence >= 0; sequence--) {
                try {
                    ledger.answered(sequence, 1, out::add);
                } catch (WireException e) {
                    assertThat(e).message().contains("from " + sequence + " on");
                }
            }
        }
        assertThat(out).hasSameSizeAs(sent).containsExactlyInAnyOrderElementsOf(sent);
    }

    @Test
    void aConnectionIsGivenToThreeMoreAtMost() throws Exception {
        try (WakeUp any = new WakeUp()) {
            PendingConnection connection = new PendingConnection(new Offer(any.fd(), 0, false, TestAddresses.any()));
            assertThat(connection.survivesFailure()).isTrue();
            assertThat(connection.survivesFailure()).isTrue();
            assertThat(connection.survivesFailure()).isTrue();
            assertThat(connection.survivesFailure()).isFalse();
        }
    }
}
