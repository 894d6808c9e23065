package dev.handoff.acceptor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.cluster.ListenOptions;
import dev.handoff.process.NodeTest;
import dev.handoff.unix.ChildJvm;
import dev.handoff.unix.DescriptorReserve;
import dev.handoff.unix.Poller;
import dev.handoff.unix.UnixException;
import dev.handoff.unix.WakeUp;
import dev.handoff.wire.LaneSocket;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a master does whose limit of open files is reached: a process of its own, and a clock of its own. */
final class ShortageTest {
    private static final int RESERVE = 4;

    @Test
    @NodeTest("test-cluster-accept-fail.js")
    void theListenersRestAndGoOnAndAStopWaitsForRoom() throws Exception {
        try (ChildJvm child =
                ChildJvm.start(List.of("prlimit", "--nofile=100:100"), Map.of(), CrowdedListeners.class)) {
            assertThat(child.output())
                    .isEqualTo("short: accepted 0, may accept false, 100 ms later false; stop: closed false; free "
                            + RESERVE + "\n" + "room: accepted 1; stop: closed true with 1");
        }
    }

    /** The system's table of files is full, or its memory is: not a limit of this process, and the same answer. */
    @ParameterizedTest
    @ValueSource(strings = {"ENFILE", "ENOBUFS", "ENOMEM"})
    void theListenersRestAsWellWhereTheSystemHasNoRoom(String shortage) throws Exception {
        assertThat(gateWhoseFirstAcceptFailsWith(shortage))
                .isEqualTo("accepted 0, may accept false, 100 ms later true, then accepted 1");
    }

    @Test
    void aClientThatHasGoneBeforeItWasTakenIsNoReasonToRest() throws Exception {
        assertThat(gateWhoseFirstAcceptFailsWith("ECONNABORTED"))
                .isEqualTo("accepted 1, may accept true, 100 ms later true, then accepted 1");
    }

    private static String gateWhoseFirstAcceptFailsWith(String error) throws Exception {
        try (ChildJvm child =
                ChildJvm.start(ChildJvm.firstFailing("accept4", error), Map.of(), FaultyListeners.class)) {
            return child.output();
        }
    }

    @Test
    void theRendezvousRestsAndGoesOnByItself(@TempDir Path directory) throws Exception {
        try (ChildJvm child = ChildJvm.start(
                List.of("prlimit", "--nofile=100:100"), Map.of(), CrowdedLaneListener.class, directory + "/r")) {
            assertThat(child.output())
                    .isEqualTo("short: new lanes 0, timed true, ready false\nroom: new lanes 1, timed true");
        }
    }

    @Test
    void aRestEndsAfterATenthOfASecond() {
        Shortage shortage = new Shortage(new DescriptorReserve(0));
        assertThat(shortage.isResting(0)).isFalse();
        shortage.begin("cannot accept a connection: no room", Long.MAX_VALUE);
        assertThat(shortage.isResting(Long.MAX_VALUE + 99_999_999)).isTrue();
        assertThat(shortage.isResting(Long.MAX_VALUE + 100_000_000)).isFalse();
    }

    /** Takes all descriptors that there are. */
    private static List<WakeUp> crowd() {
        List<WakeUp> crowd = new ArrayList<>();
        while (true) {
            try {
                crowd.add(new WakeUp());
            } catch (UnixException e) {
                return crowd;
            }
        }
    }

    /** As the master does: classes come from files, for which there will be no room. */
    private static void rehearse() {
        loadClasses();
        new Shortage(new DescriptorReserve(0)).begin("rehearsal", 0);
        crowd().forEach(WakeUp::close);
    }

    private static void loadClasses() {
        for (String each : List.of("acceptor", "cluster", "guard", "unix", "wire")) {
            String[] files =
                    Path.of("target/classes/dev/handoff", each).toFile().list();
            for (String file : Objects.requireNonNull(files, "this module's classes")) {
                if (file.endsWith(".class")) {
                    load("dev.handoff." + each + "." + file.replace(".class", ""));
                }
            }
        }
    }

    private static void load(String name) {
        try {
            Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    static final class CrowdedListeners {
        private static final long START = 1_000_000_000;

        private CrowdedListeners() {}

        public static void main(String[] arguments) throws Exception {
            List<PendingConnection> accepted = new ArrayList<>();
            List<Listener> listeners = Listener.openAll(List.of(ListenOptions.address("127.0.0.1", 0)));
            InetSocketAddress where = address(listeners);
            ListenerGroup group = new ListenerGroup(listeners, new DescriptorReserve(RESERVE));
            rehearse();
            try (SocketChannel client = SocketChannel.open(where)) {
                assertThat(client.isConnected()).isTrue();
                List<WakeUp> crowd = crowd();
                acceptReady(group, START, accepted);
                System.out.print("short: accepted " + accepted.size() + ", may accept " + group.mayAccept(START + 1)
                        + ", 100 ms later " + group.mayAccept(START + 100_000_000));
                group.startClosing(START);
                group.finishClosing(START + 200_000_000, accepted::add);
                System.out.print("; stop: closed " + group.isClosed());
                List<WakeUp> free = crowd();
                System.out.println("; free " + free.size());
                free.forEach(WakeUp::close);
                crowd.forEach(WakeUp::close);

                group.finishClosing(START + 300_000_000, accepted::add);
                System.out.print("room: accepted " + accepted.size());
                System.out.println("; stop: closed " + group.isClosed() + " with " + accepted.size());
            }
        }
    }

    static final class FaultyListeners {
        private static final long START = 1_000_000_000;

        private FaultyListeners() {}

        public static void main(String[] arguments) throws Exception {
            List<PendingConnection> accepted = new ArrayList<>();
            List<Listener> listeners = Listener.openAll(List.of(ListenOptions.address("127.0.0.1", 0)));
            ListenerGroup group = new ListenerGroup(listeners, new DescriptorReserve(RESERVE));
            try (SocketChannel client = SocketChannel.open(address(listeners))) {
                assertThat(client.isConnected()).isTrue();
                acceptReady(group, START, accepted);
                System.out.print("accepted " + accepted.size() + ", may accept " + group.mayAccept(START + 1)
                        + ", 100 ms later " + group.mayAccept(START + 100_000_000));
                acceptReady(group, START + 100_000_000, accepted);
                System.out.println(", then accepted " + accepted.size());
            }
        }
    }

    private static InetSocketAddress address(List<Listener> listeners) throws UnixException {
        return (InetSocketAddress) listeners.get(0).socket().localAddress();
    }

    private static void acceptReady(ListenerGroup group, long nowNanos, List<PendingConnection> accepted)
            throws UnixException {
        Poller poller = new Poller();
        group.addTo(poller);
        poller.poll(1000);
        group.acceptReady(poller, 64, nowNanos, accepted::add);
    }

    static final class CrowdedLaneListener {
        private CrowdedLaneListener() {}

        public static void main(String[] arguments) throws Exception {
            Path path = Path.of(arguments[0]);
            LaneListener laneListener = new LaneListener(LaneListener.listen(path), new DescriptorReserve(0));
            rehearse();
            LaneSocket client = LaneSocket.connect(path);
            List<WakeUp> crowd = crowd();
            pass(laneListener, 0);
            System.out.print("short: new lanes " + laneListener.newLaneCount() + ", timed " + laneListener.isTimed(1));
            System.out.println(", ready " + pass(laneListener, 1));
            crowd.forEach(WakeUp::close);
            pass(laneListener, 100_000_000);
            System.out.println("room: new lanes " + laneListener.newLaneCount() + ", timed " + laneListener.isTimed(0));
            client.close();
            Files.delete(path);
        }

        private static boolean pass(LaneListener laneListener, long nowNanos) throws UnixException {
            Poller poller = new Poller();
            int first = laneListener.addTo(poller, nowNanos);
            poller.poll(0);
            boolean ready = poller.isReady(first);
            laneListener.receive(poller, first, nowNanos, (lane, pid) -> false);
            return ready;
        }
    }
}
