package dev.handoff.acceptor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.unix.DescriptorReserve;
import dev.handoff.unix.OpenDescriptors;
import dev.handoff.unix.Poller;
import dev.handoff.unix.SeqPacketSocket.Received;
import dev.handoff.wire.LaneSocket;
import dev.handoff.wire.Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clock is the test's. */
final class LaneListenerTest {
    private final int before = OpenDescriptors.count();
    private final Poller poller = new Poller();
    private final List<LaneSocket> admitted = new ArrayList<>();
    private final List<LaneSocket> clients = new ArrayList<>();
    private long nowNanos = Long.MAX_VALUE - 1000;

    @TempDir
    private Path directory = Path.of("/nowhere");

    private @Nullable LaneListener opened;

    @BeforeEach
    void open() throws IOException {
        opened = new LaneListener(LaneListener.listen(path()), new DescriptorReserve(0));
    }

    @AfterEach
    void leaveNothing() {
        listener().close();
        admitted.forEach(LaneSocket::close);
        clients.forEach(LaneSocket::close);
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }

    private LaneListener listener() {
        return java.util.Objects.requireNonNull(opened);
    }

    private Path path() {
        return directory.resolve("rendezvous");
    }

    private LaneSocket connect() throws IOException {
        LaneSocket client = LaneSocket.connect(path());
        clients.add(client);
        return client;
    }

    private void pass() throws IOException {
        poller.clear();
        int first = listener().addTo(poller, nowNanos);
        poller.poll(0);
        listener().receive(poller, first, nowNanos, (lane, pid) -> {
            assertThat(pid).isEqualTo((int) ProcessHandle.current().pid());
            return admitted.add(lane);
        });
    }

    private void after(Duration time) throws IOException {
        nowNanos += time.toNanos();
        pass();
    }

    @Test
    void aLaneThatSaysHelloIsAdmitted() throws Exception {
        LaneSocket client = connect();
        pass();
        assertThat(listener().newLaneCount()).isOne();
        client.hello(7, 3, new Token(1, 2));
        pass();
        assertThat(listener().newLaneCount()).isZero();
        assertThat(listener().isTimed(nowNanos)).isFalse();
        assertThat(admitted).singleElement().satisfies(lane -> {
            assertThat(lane.workerId()).isEqualTo(7);
            assertThat(lane.lane()).isEqualTo(3);
        });
    }

    @Test
    void aLaneThatSaysNothingForFiveSecondsIsClosedOthersStay() throws Exception {
        LaneSocket silent = connect();
        pass();
        after(Duration.ofSeconds(4));
        LaneSocket later = connect();
        pass();
        assertThat(listener().newLaneCount()).isEqualTo(2);
        assertThat(listener().isTimed(nowNanos)).isTrue();
        after(Duration.ofSeconds(1));
        assertThat(silent.receive()).isEqualTo(Received.END);
        assertThat(later.receive()).isEqualTo(Received.NOTHING);
        assertThat(listener().newLaneCount()).isOne();
    }

    @Test
    void aLaneThatSaysAnythingElseIsClosed() throws Exception {
        LaneSocket client = connect();
        pass();
        client.acknowledge(0, 1);
        pass();
        assertThat(client.receive()).isEqualTo(Received.END);
        assertThat(admitted).isEmpty();
    }

    @Test
    void aLaneThatEndsIsForgotten() throws Exception {
        LaneSocket client = connect();
        pass();
        client.close();
        pass();
        assertThat(listener().newLaneCount()).isZero();
    }

    @Test
    void lanesWithoutAHelloAreLimitedAndTheNextOnesWait() throws Exception {
        for (int count = 0; count < 70; count++) {
            connect();
        }
        pass();
        assertThat(listener().newLaneCount()).isEqualTo(64);
        clients.get(0).hello(1, 0, new Token(1, 2));
        pass();
        assertThat(listener().newLaneCount()).isEqualTo(63);
        pass();
        assertThat(listener().newLaneCount()).isEqualTo(64);
    }

    @Test
    void afterAMoveNewLanesAreAcceptedAndEarlierOnesStay() throws Exception {
        LaneSocket early = connect();
        pass();
        Files.delete(path());
        listener().move(LaneListener.listen(path()));
        LaneSocket late = connect();
        pass();
        early.hello(1, 0, new Token(1, 2));
        late.hello(2, 0, new Token(1, 2));
        pass();
        assertThat(admitted).extracting(LaneSocket::workerId).containsExactly(1L, 2L);
    }

    @Test
    void onlyItsUserMayConnect() throws Exception {
        assertThat(Files.getPosixFilePermissions(path())).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }
}
