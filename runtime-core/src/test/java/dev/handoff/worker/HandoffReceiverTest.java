package dev.handoff.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.handoff.unix.BorrowedFd;
import dev.handoff.unix.ChildJvm;
import dev.handoff.unix.ClientPair;
import dev.handoff.unix.DescriptorReserve;
import dev.handoff.unix.Fd;
import dev.handoff.unix.OpenDescriptors;
import dev.handoff.unix.SeqPacketSocket;
import dev.handoff.unix.SeqPacketSocket.Received;
import dev.handoff.unix.UnixException;
import dev.handoff.unix.WakeUp;
import dev.handoff.wire.HandedBack;
import dev.handoff.wire.LaneSocket;
import dev.handoff.wire.LaneSocket.Kind;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Progress;
import dev.handoff.wire.Refusal;
import dev.handoff.wire.StateFormat;
import dev.handoff.wire.WireException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class HandoffReceiverTest {
    private static final int UNKNOWN = 9;
    private static final int POISON = 8;

    /** Of {@code Setting.CREDIT}. */
    private static final int MOST_CREDIT = 253;

    private final int before = OpenDescriptors.count();
    private final ClientPair connection;
    private final LaneSocket master;
    private final Recording adopter = new Recording();
    private final HandoffReceiver receiver;
    private boolean masterReads = true;

    HandoffReceiverTest() throws IOException {
        connection = ClientPair.open();
        Path directory = Files.createTempDirectory("lane-");
        Path rendezvous = directory.resolve("socket");
        try (SeqPacketSocket listener = SeqPacketSocket.listen(rendezvous, 1)) {
            receiver = new HandoffReceiver(LaneSocket.connect(rendezvous), adopter, new DescriptorReserve(0));
            master = new LaneSocket(listener.accept().orElseThrow());
        } finally {
            Files.deleteIfExists(rendezvous);
            Files.delete(directory);
        }
    }

    @AfterEach
    void leaveNothing() throws IOException {
        adopter.adopted.forEach(offer -> offer.connection().close());
        receiver.close();
        master.close();
        connection.close();
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }

    /** Says what was done with what came; knows what the master had heard by then. */
    private final class Recording implements HandoffReceiver.Adopter {
        private final List<String> heard = new ArrayList<>();
        private final List<Offer> adopted = new ArrayList<>();
        private int room = Integer.MAX_VALUE;

        @Override
        public Optional<Refusal> refusal(Offer offer, int before) {
            return offer.listener() == UNKNOWN
                    ? Optional.of(Refusal.UNKNOWN_LISTENER)
                    : adopted.size() + before < room ? Optional.empty() : Optional.of(Refusal.FULL);
        }

        @Override
        public void adopt(Offer offer) {
            heard.add((masterReads ? answers() : "") + "adopt " + offer.listener());
            if (offer.listener() == POISON) {
                throw new IllegalStateException("on purpose");
            }
            adopted.add(offer);
        }

        @Override
        public void listen(int listener, Fd listeningSocket) {
            listeningSocket.close();
            heard.add("listen " + listener);
        }

        @Override
        public void unlisten(int listener) {
            heard.add("unlisten " + listener);
        }

        @Override
        public void drain() {
            heard.add("drain");
        }
    }

    /** What the master has heard since it was asked last. */
    private String answers() {
        try {
            StringBuilder all = new StringBuilder();
            while (master.receive() == Received.MESSAGE) {
                String reason = master.kind() == Kind.REFUSE ? " " + master.refusal() : "";
                all.append(master.kind() + " " + master.firstSequence() + "+" + master.count() + reason + ", ");
            }
            return all.toString();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void offer(long first, int... listeners) throws UnixException {
        Offer[] offers = new Offer[listeners.length];
        for (int index = 0; index < listeners.length; index++) {
            offers[index] = new Offer(
                    connection.accepted().fd(),
                    listeners[index],
                    false,
                    connection.accepted().peer());
        }
        assertThat(master.offer(first, offers, offers.length)).isTrue();
    }

    @Test
    void acknowledgesTheWholeFrameBeforeItAdoptsTheFirst() throws Exception {
        offer(40, 0, 1, 2);
        assertThat(receiver.receive()).isTrue();
        assertThat(adopter.heard).containsExactly("ACKNOWLEDGE 40+3, adopt 0", "adopt 1", "adopt 2");
    }

    @Test
    void takesNoSecondFrameBeforeTheFirstHadItsChance() throws Exception {
        offer(0, 0);
        offer(1, 1);
        offer(2, 2);
        receiver.receive();
        assertThat(receiver.receive())
                .as("the loop looks at its connections first")
                .isTrue();
        assertThat(adopter.heard).hasSize(1);
        receiver.receive();
        assertThat(adopter.heard).hasSize(2);
        receiver.settled(receiver.frame());
        receiver.receive();
        assertThat(adopter.heard).hasSize(3);
    }

    @Test
    void aReadOfAnEarlierFramesConnectionSettlesNothing() throws Exception {
        offer(0, 0);
        offer(1, 1);
        offer(2, 2);
        receiver.receive();
        long first = receiver.frame();
        receiver.settled(first);
        receiver.receive();
        receiver.settled(first);
        receiver.receive();
        assertThat(adopter.heard).as("the second frame has not had its chance").hasSize(2);
    }

    @Test
    void refusesWhatItDoesNotKnowOrHasNoRoomForInItsPlace() throws Exception {
        adopter.room = 3;
        offer(0, 0, UNKNOWN, 1, 2, 3, 4);
        receiver.receive();
        assertThat(adopter.heard)
                .containsExactly(
                        "ACKNOWLEDGE 0+1, adopt 0", "REFUSE 1+1 UNKNOWN_LISTENER, ACKNOWLEDGE 2+2, adopt 1", "adopt 2");
        assertThat(answers()).isEqualTo("REFUSE 4+1 FULL, REFUSE 5+1 FULL, ");
        connection.accepted().fd().close();
        adopter.adopted.forEach(offer -> offer.connection().close());
        assertThat(connection.client().getInputStream().read())
                .as("what was refused is open no more here")
                .isNegative();
    }

    @Test
    void whatCannotBeAdoptedIsClosedAndTakesNoneAlong() throws Exception {
        offer(0, 0, POISON, 1);
        int open = OpenDescriptors.count();
        receiver.receive();
        assertThat(adopter.heard).hasSize(3);
        assertThat(OpenDescriptors.count()).isEqualTo(open + 2);
    }

    @Test
    void whatCannotBeAcknowledgedIsNotAdopted() throws Exception {
        offer(0, 0, 1);
        master.close();
        int open = OpenDescriptors.count();
        assertThatExceptionOfType(UnixException.class)
                .isThrownBy(receiver::receive)
                .withMessageContaining("EPIPE");
        assertThat(adopter.heard).isEmpty();
        assertThat(OpenDescriptors.count()).isEqualTo(open);
    }

    /** The master may be busy for long enough that every answer to all that its credit lets it send waits behind hand-backs. */
    @Test
    void handBacksLeaveRoomForEveryAnswer() throws Exception {
        masterReads = false;
        int sent = 0;
        while (receiver.handBack(handedBack(sent % 2 * Progress.MAX_STATE)).isPresent()) {
            sent++;
        }
        assertThat(sent).isPositive();
        for (int sequence = 0; sequence < MOST_CREDIT; sequence++) {
            assertThat(master.resume(sequence, resumed())).isTrue();
            receiver.receive();
            receiver.settled(receiver.frame());
        }
        assertThat(adopter.adopted).hasSize(MOST_CREDIT);
    }

    private HandedBack handedBack(int state) {
        BorrowedFd socket = new BorrowedFd(connection.accepted().fd().number());
        return new HandedBack(socket, 0, connection.accepted().peer(), 0, progress(state));
    }

    private Offer resumed() {
        return new Offer(
                connection.accepted().fd(), 0, false, connection.accepted().peer(), 0, progress(0));
    }

    private static Progress progress(int state) {
        return new Progress(new StateFormat("test", 1), 0, new byte[state]);
    }

    @Test
    void ordersComeInTheirPlace() throws Exception {
        master.listen(3, connection.accepted().fd());
        offer(0, 0);
        master.unlisten(3);
        master.drain();
        for (int call = 0; call < 5; call++) {
            assertThat(receiver.receive()).isTrue();
        }
        assertThat(adopter.heard).containsExactly("listen 3", "ACKNOWLEDGE 0+1, adopt 0", "unlisten 3", "drain");
        assertThat(receiver.receive()).as("nothing is no end").isTrue();
        master.close();
        assertThat(receiver.receive()).isFalse();
    }

    @Test
    void aFrameThatIsNoneOfAMastersIsRefused() throws Exception {
        master.acknowledge(0, 1);
        assertThatExceptionOfType(WireException.class)
                .isThrownBy(receiver::receive)
                .withMessage("expected a frame of a master's, found ACKNOWLEDGE");
    }

    @Test
    void withoutDescriptorsAllAreRefusedByNumberAndLaterOnesServed() throws Exception {
        try (ChildJvm child = ChildJvm.start(List.of("prlimit", "--nofile=100:100"), Map.of(), Crowded.class)) {
            assertThat(child.output())
                    .isEqualTo("short: REFUSE 7+1 NO_DESCRIPTOR, REFUSE 8+1 NO_DESCRIPTOR, REFUSE 9+1 NO_DESCRIPTOR, "
                            + "REFUSE 10+2 NO_DESCRIPTOR, \nroom: ACKNOWLEDGE 12+1, adopt 0");
        }
    }

    /** Has room for three of five. */
    static final class Crowded {
        private Crowded() {}

        public static void main(String[] arguments) throws Exception {
            HandoffReceiverTest test = new HandoffReceiverTest();
            test.offer(0, 0, UNKNOWN);
            test.receiver.receive();
            test.receiver.receive();
            test.answers();
            test.adopter.heard.clear();
            crowd().forEach(WakeUp::close);
            test.offer(7, 0, 0, 0, 0, 0);
            List<WakeUp> crowd = crowd();
            crowd.subList(0, 3).forEach(WakeUp::close);
            test.receiver.receive();
            System.out.println("short: " + String.join(", ", test.adopter.heard) + test.answers());
            crowd.forEach(WakeUp::close);
            test.offer(12, 0);
            test.receiver.receive();
            System.out.println("room: " + String.join(", ", test.adopter.heard));
        }

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
    }
}
