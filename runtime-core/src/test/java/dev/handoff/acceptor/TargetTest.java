package dev.handoff.acceptor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.unix.SeqPacketPair;
import dev.handoff.unix.WakeUp;
import dev.handoff.wire.HandoffChannel;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Token;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TargetTest {
    private static final Token TOKEN = new Token(1, 2);

    @Test
    void admitsEachLaneOfItsProcessOnce() throws Exception {
        try (SeqPacketPair pair = SeqPacketPair.open()) {
            Target target = new Target(1, 1, 4711, TOKEN, 2, () -> 0);
            assertThat(target.admits(4711, TOKEN, 0)).isTrue();
            assertThat(target.admits(4712, TOKEN, 0)).isFalse();
            assertThat(target.admits(4711, new Token(1, 3), 0)).isFalse();
            assertThat(target.admits(4711, TOKEN, 2)).isFalse();
            assertThat(target.admits(4711, TOKEN, -1)).isFalse();
            target.open(0, new HandoffChannel(pair.left()), 4);
            assertThat(target.admits(4711, TOKEN, 0)).isFalse();
            assertThat(target.admits(4711, TOKEN, 1)).isTrue();
            assertThat(target.allLanesOpen()).isFalse();
            target.close();
        }
    }

    @Test
    void restsAfterARefusalOnAClockThatOverflows() throws Exception {
        try (SeqPacketPair pair = SeqPacketPair.open()) {
            Target target = new Target(1, 1, 4711, TOKEN, 1, () -> 0);
            target.open(0, new HandoffChannel(pair.left()), 4);
            target.setInRotation(true);
            assertThat(target.takes(Long.MAX_VALUE)).isTrue();
            target.refused(List.of(), Long.MIN_VALUE + 5);
            assertThat(target.takes(Long.MAX_VALUE)).isFalse();
            assertThat(target.takes(Long.MIN_VALUE + 4)).isFalse();
            assertThat(target.takes(Long.MIN_VALUE + 5)).isTrue();
            target.close();
        }
    }

    /** Nothing but a connection that it takes ended that before, and what others handed back stayed where it was. */
    @Test
    void aTrialThatNoClientEndsIsOverAfterAWhile() throws Exception {
        try (SeqPacketPair pair = SeqPacketPair.open()) {
            Target target = new Target(1, 1, 4711, TOKEN, 1, () -> 0);
            target.open(0, new HandoffChannel(pair.left()), 4);
            target.setInRotation(true);
            long rest = Long.MAX_VALUE;
            target.refused(List.of(), rest);
            assertThat(target.isOnTrial(rest + 4_999_999_999L)).isTrue();
            assertThat(target.credit()).isOne();
            assertThat(target.isOnTrial(rest + 5_000_000_000L)).isFalse();
            assertThat(target.credit()).isEqualTo(4);

            target.refused(List.of(), rest);
            assertThat(target.takes(rest + 5_000_000_000L)).isTrue();
            assertThat(target.credit()).isEqualTo(4);
            target.close();
        }
    }

    @Test
    void whatDrainsNeverComesBack() throws Exception {
        try (SeqPacketPair pair = SeqPacketPair.open();
                WakeUp any = new WakeUp()) {
            Target target = new Target(1, 1, 4711, TOKEN, 1, () -> 0);
            Lane lane = target.open(0, new HandoffChannel(pair.left()), 1);
            target.setInRotation(true);
            target.startDraining();
            target.setInRotation(true);
            assertThat(target.takes(0)).isFalse();
            lane.assign(new Pending(new Offer(any.fd(), 0, false, TestAddresses.any())));
            assertThat(target.credit()).isZero();
            assertThat(lane.takeUnsent()).hasSize(1);
            assertThat(target.credit()).isOne();
            target.close();
            assertThat(target.credit()).isZero();
        }
    }
}
