package dev.handoff.acceptor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.unix.SeqPacketPair;
import dev.handoff.unix.WakeUp;
import dev.handoff.wire.HandoffChannel;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Refusal;
import dev.handoff.wire.Token;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LaneTest implements Lane.Answers {
    private final List<Long> handedBack = new ArrayList<>();

    @Override
    public void onRefused(List<Pending> connections, Refusal reason) {}

    @Override
    public void onHandedBack(Pending connection, long number) {
        connection.close();
        handedBack.add(number);
    }

    @Override
    public void onDescriptorLost() {}

    @Test
    void leavesToTheNextTimeWhatIsMoreThanIsToBeRead() throws Exception {
        try (SeqPacketPair pair = SeqPacketPair.open();
                WakeUp any = new WakeUp()) {
            Target target = new Target(1, 1, 4711, new Token(1, 2), 1, () -> 0);
            Lane lane = target.open(0, new HandoffChannel(pair.left()), 1);
            HandoffChannel worker = new HandoffChannel(pair.right());
            for (int number = 0; number < 5; number++) {
                worker.handBack(number, new Offer(any.fd(), 0, false, TestAddresses.any()));
            }
            lane.readAnswers(this, 0, 3);
            assertThat(handedBack).containsExactly(0L, 1L, 2L);
            lane.readAnswers(this, 0, 3);
            assertThat(handedBack).containsExactly(0L, 1L, 2L, 3L, 4L);
            target.close();
        }
    }
}
