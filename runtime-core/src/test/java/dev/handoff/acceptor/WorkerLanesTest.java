package dev.handoff.acceptor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.unix.SeqPacketPair;
import dev.handoff.unix.WakeUp;
import dev.handoff.wire.LaneSocket;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Token;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WorkerLanesTest {
    private static final Token TOKEN = new Token(1, 2);

    @Test
    void admitsEachLaneOfItsProcessOnce() throws Exception {
        try (SeqPacketPair pair = SeqPacketPair.open()) {
            WorkerLanes worker = new WorkerLanes(1, 1, 4711, TOKEN, 2, () -> 0);
            assertThat(worker.admits(4711, TOKEN, 0)).isTrue();
            assertThat(worker.admits(4712, TOKEN, 0)).isFalse();
            assertThat(worker.admits(4711, new Token(1, 3), 0)).isFalse();
            assertThat(worker.admits(4711, TOKEN, 2)).isFalse();
            assertThat(worker.admits(4711, TOKEN, -1)).isFalse();
            worker.open(0, new LaneSocket(pair.left()), 4);
            assertThat(worker.admits(4711, TOKEN, 0)).isFalse();
            assertThat(worker.admits(4711, TOKEN, 1)).isTrue();
            assertThat(worker.allLanesOpen()).isFalse();
            worker.close();
        }
    }

    @Test
    void restsAfterARefusalOnAClockThatOverflows() throws Exception {
        try (SeqPacketPair pair = SeqPacketPair.open()) {
            WorkerLanes worker = new WorkerLanes(1, 1, 4711, TOKEN, 1, () -> 0);
            worker.open(0, new LaneSocket(pair.left()), 4);
            worker.setInRotation(true);
            assertThat(worker.isAvailable(Long.MAX_VALUE)).isTrue();
            worker.refused(List.of(), Long.MIN_VALUE + 5);
            assertThat(worker.isAvailable(Long.MAX_VALUE)).isFalse();
            assertThat(worker.isAvailable(Long.MIN_VALUE + 4)).isFalse();
            assertThat(worker.isAvailable(Long.MIN_VALUE + 5)).isTrue();
            worker.close();
        }
    }

    /** Before, only an acknowledgement ended a trial, and hand-backs of other workers stayed where they were. */
    @Test
    void aTrialThatNoClientEndsIsOverAfterAWhile() throws Exception {
        try (SeqPacketPair pair = SeqPacketPair.open()) {
            WorkerLanes worker = new WorkerLanes(1, 1, 4711, TOKEN, 1, () -> 0);
            worker.open(0, new LaneSocket(pair.left()), 4);
            worker.setInRotation(true);
            long rest = Long.MAX_VALUE;
            worker.refused(List.of(), rest);
            assertThat(worker.isOnTrial(rest + 4_999_999_999L)).isTrue();
            assertThat(worker.credit()).isOne();
            assertThat(worker.isOnTrial(rest + 5_000_000_000L)).isFalse();
            assertThat(worker.credit()).isEqualTo(4);

            worker.refused(List.of(), rest);
            assertThat(worker.isAvailable(rest + 5_000_000_000L)).isTrue();
            assertThat(worker.credit()).isEqualTo(4);
            worker.close();
        }
    }

    @Test
    void whatDrainsNeverComesBack() throws Exception {
        try (SeqPacketPair pair = SeqPacketPair.open();
                WakeUp any = new WakeUp()) {
            WorkerLanes worker = new WorkerLanes(1, 1, 4711, TOKEN, 1, () -> 0);
            Lane lane = worker.open(0, new LaneSocket(pair.left()), 1);
            worker.setInRotation(true);
            worker.startDraining();
            worker.setInRotation(true);
            assertThat(worker.isAvailable(0)).isFalse();
            lane.assign(new PendingConnection(new Offer(any.fd(), 0, false, TestAddresses.any())));
            assertThat(worker.credit()).isZero();
            assertThat(lane.removeUnsent()).hasSize(1);
            assertThat(worker.credit()).isOne();
            worker.close();
            assertThat(worker.credit()).isZero();
        }
    }
}
