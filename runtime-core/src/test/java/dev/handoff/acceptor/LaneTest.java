package dev.handoff.acceptor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.acceptor.Lane.HandBackDecision;
import dev.handoff.unix.BorrowedFd;
import dev.handoff.unix.SeqPacketPair;
import dev.handoff.unix.SeqPacketSocket.Received;
import dev.handoff.unix.WakeUp;
import dev.handoff.wire.HandedBack;
import dev.handoff.wire.LaneSocket;
import dev.handoff.wire.Refusal;
import dev.handoff.wire.Token;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LaneTest implements Lane.Answers {
    private final List<Long> handedBack = new ArrayList<>();
    private final Deque<HandBackDecision> decisions = new ArrayDeque<>();

    @Override
    public void onRefused(List<PendingConnection> connections, Refusal reason) {}

    @Override
    public HandBackDecision onHandedBack(PendingConnection connection) {
        handedBack.add(connection.offer().acceptedMillis());
        return decisions.isEmpty() ? HandBackDecision.RETURN : decisions.remove();
    }

    @Override
    public void onDescriptorLost() {}

    @Test
    void leavesToTheNextTimeWhatIsMoreThanIsToBeRead() throws Exception {
        try (SeqPacketPair pair = SeqPacketPair.open();
                WakeUp any = new WakeUp()) {
            WorkerLanes workerLanes = new WorkerLanes(1, 1, 4711, new Token(1, 2), 1, () -> 0);
            Lane lane = workerLanes.open(0, new LaneSocket(pair.left()), 1);
            LaneSocket worker = new LaneSocket(pair.right());
            for (int number = 0; number < 5; number++) {
                worker.handBack(number, handedBack(any, number));
            }
            lane.readAnswers(this, 0, 3);
            assertThat(handedBack).containsExactly(0L, 1L, 2L);
            lane.readAnswers(this, 0, 3);
            assertThat(handedBack).containsExactly(0L, 1L, 2L, 3L, 4L);
            workerLanes.close();
        }
    }

    @Test
    void tellsTheWorkerWhatBecomesOfEachConnectionThatItHandsBack() throws Exception {
        try (SeqPacketPair pair = SeqPacketPair.open();
                WakeUp any = new WakeUp()) {
            WorkerLanes workerLanes = new WorkerLanes(1, 1, 4711, new Token(1, 2), 1, () -> 0);
            Lane lane = workerLanes.open(0, new LaneSocket(pair.left()), 1);
            LaneSocket worker = new LaneSocket(pair.right());
            decisions.addAll(List.of(HandBackDecision.CONFIRM, HandBackDecision.KEEP, HandBackDecision.RETURN));
            for (int number = 0; number < 3; number++) {
                worker.handBack(number, handedBack(any, number));
            }
            lane.readAnswers(this, 77, 3);
            assertThat(lane.removeConfirmed())
                    .as("no other worker gets it before this one is told")
                    .isEmpty();
            lane.flush(77);
            assertThat(answers(worker)).containsExactly("CONFIRM 0", "RETURN 2");
            assertThat(accepted(lane.removeConfirmed())).containsExactly(0L);
            assertThat(lane.removeConfirmed()).as("given once").isEmpty();

            assertThat(lane.hasKept()).isTrue();
            lane.decideKept((connection, sinceNanos) -> {
                assertThat(sinceNanos).isEqualTo(77);
                return HandBackDecision.KEEP;
            });
            lane.decideKept((connection, sinceNanos) -> HandBackDecision.CONFIRM);
            assertThat(lane.hasKept()).isFalse();
            assertThat(accepted(lane.removeUntold()))
                    .as("the worker dies before it is told")
                    .containsExactly(1L);
            workerLanes.close();
        }
    }

    private static HandedBack handedBack(WakeUp any, int number) {
        return new HandedBack(new BorrowedFd(any.fd().number()), 0, TestAddresses.any(), number, null);
    }

    private static List<String> answers(LaneSocket worker) throws IOException {
        List<String> answers = new ArrayList<>();
        while (worker.receive() == Received.MESSAGE) {
            answers.add(worker.kind() + " " + worker.firstSequence());
        }
        return answers;
    }

    private static List<Long> accepted(List<PendingConnection> connections) {
        connections.forEach(PendingConnection::close);
        return connections.stream()
                .map(connection -> connection.offer().acceptedMillis())
                .toList();
    }
}
