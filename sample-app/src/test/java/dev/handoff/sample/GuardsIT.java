package dev.handoff.sample;

import static dev.handoff.sample.guards.Mutation.calls;
import static dev.handoff.sample.guards.Mutation.doesNothing;
import static dev.handoff.sample.guards.Mutation.forgets;
import static dev.handoff.sample.guards.Mutation.gives;
import static dev.handoff.sample.guards.Mutation.givesNone;
import static dev.handoff.sample.guards.Mutation.isEndless;
import static dev.handoff.sample.guards.Mutation.skips;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.handoff.sample.guards.Mutation;
import dev.handoff.sample.guards.TestRun;
import dev.handoff.sample.rig.ClusterBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every guard guards: without it the test that stands for it turns red. The guard is taken out of a copy of the product, and
 * the test is run, as it is, against that copy; against the product itself, in the same way, it is green.
 */
class GuardsIT {
    private static final List<Guard> GUARDS = List.of(
            guard(
                    "the ledger: what a dead worker had not acknowledged goes to another",
                    givesNone("acceptor.Lane", "removeUnanswered"),
                    "sample.CrashIT#whatAKilledWorkerNeverTookUpIsServedOnceByAnother",
                    "reset|ended the connection"),
            guard(
                    "acknowledge before read: what a worker may have read is nobody else's",
                    gives("wire.LaneSocket", "acknowledge", true),
                    "sample.OneOwnerIT#whatAKilledWorkerHadBegunToReadEndsWithIt",
                    "expected no answer, got byte"),
            guard(
                    "acknowledge before read: and the master hears so first",
                    gives("wire.LaneSocket", "acknowledge", true),
                    "worker.HandoffReceiverTest#acknowledgesTheWholeFrameBeforeItAdoptsTheFirst",
                    "ACKNOWLEDGE"),
            guard(
                    "hand-back: open connections go on with another worker",
                    givesNone("netty.worker.Departures", "departure"),
                    "sample.KeptConnectionsIT#idleOnesGoOn",
                    "ended the connection"),
            guard(
                    "lingering close: a client reads what was sent to it",
                    calls("netty.worker.LingeringClose", "close", "now"),
                    "netty.http.HttpCloseTest#earlyAnswerReachesAClientThatSendsItsWholeBodyFirst",
                    "reset|Broken pipe"),
            guard(
                    "hosts over TLS: a request is served only where the handshake had the rules of its host",
                    gives("netty.worker.TlsSession", "permits", true),
                    "netty.worker.TlsHostsTest#otherRequestsOfTheConnectionAreServed",
                    "421"),
            guard(
                    "credit: a worker gets no more than it has room for, the rest waits in the kernel",
                    isEndless("acceptor.Ledger"),
                    "acceptor.AcceptorTest#noWorkerGetsMoreThanItsCreditAndTheRestWaitsInTheKernel",
                    "Expected size: 4|expected: 12"));

    private static final List<Guard> MORE = List.of(
            guard(
                    "last words: what a dead worker had said is read before its connections go to others",
                    skips("acceptor.LaneRegistry", "exited", "readAnswers"),
                    "acceptor.AcceptorTest#whatADeadWorkerSaidIsReadBeforeItsConnectionsGoToOthers",
                    "no other worker gets the acknowledged one"),
            guard(
                    "three deaths: a connection that kills whoever gets it is closed",
                    gives("acceptor.PendingConnection", "survivesFailure", true),
                    "acceptor.AcceptorTest#aConnectionThatKillsEachWorkerIsClosedAfterThreeMore",
                    "Read timed out"),
            guard(
                    "probes: the master's own question to a worker is nobody else's",
                    gives("acceptor.PendingConnection", "isProbe", false),
                    "acceptor.AcceptorTest#aProbeIsNeverGivenToAnother",
                    "Read timed out"),
            guard(
                    "tokens: nobody opens a lane but the worker that is expected to",
                    gives("wire.Token", "equals", true),
                    "acceptor.WorkerLanesTest#admitsEachLaneOfItsProcessOnce",
                    "to be false but was true"),
            guard(
                    "one frame at a time: no second one before the connections of the first can have been read",
                    forgets("worker.HandoffReceiver", "adoptBatch", "unsettled"),
                    "worker.HandoffReceiverTest#takesNoSecondFrameBeforeTheFirstHadItsChance",
                    "Expected size: 1 but was: 2"),
            guard(
                    "the last stop: no handshake begins that nobody would finish",
                    doesNothing("unix.ListeningSocket", "refuseNewHandshakes"),
                    "unix.ListeningSocketTest#afterNewHandshakesAreRefusedOnlyThoseThatWereCompleteAreAccepted",
                    "Expecting code to raise a throwable"),
            guard(
                    "listeners: no build whose handlers would serve other ports than before",
                    givesNone("netty.worker.Bindings", "refusal"),
                    "netty.worker.BindingsTest#oneMoreOneLessAndAnotherOneAreRefused",
                    "Expecting|Expected"),
            guard(
                    "strict reading: what says twice where a body ends is refused",
                    doesNothing("netty.http.HeadParser", "checkFraming"),
                    "netty.http.HttpStrictnessTest#ambiguousRequestIsRefusedAndNothingBehindItIsServed(dev.handoff.netty.http.RequestCase)",
                    "\"400\" but was: \"200\""));

    /**
     * A guard of the product's.
     *
     * @param off how it is taken out
     * @param test stands for it
     * @param red what the test fails with then, a regular expression: any other failure proves nothing
     */
    private record Guard(String what, Mutation off, String test, String red) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Guard guard(String what, Mutation off, String test, String red) {
        return new Guard(what, off, test, red);
    }

    static List<Guard> guards() {
        return GUARDS;
    }

    @ParameterizedTest
    @MethodSource("guards")
    @Tag("slow")
    void withoutItItsTestTurnsRed(Guard guard, @TempDir Path directory) throws IOException {
        Path mutant = directory.resolve("mutant.jar");
        guard.off().write(ClusterBuilder.app(), mutant);
        assertThat(TestRun.of(mutant, directory, guard.test()))
                .as("what %s fails with", guard.test())
                .isPresent()
                .hasValueSatisfying(failure -> assertThat(failure).containsPattern(guard.red()));
    }

    static List<Guard> more() {
        return MORE;
    }

    @ParameterizedTest
    @MethodSource("more")
    @Tag("long")
    void withoutThatItsTestTurnsRed(Guard guard, @TempDir Path directory) throws IOException {
        withoutItItsTestTurnsRed(guard, directory);
    }

    @Test
    void aChangeThatFindsNothingToChangeIsAnError(@TempDir Path directory) {
        Path mutant = directory.resolve("mutant.jar");
        for (Mutation nothing :
                List.of(doesNothing("acceptor.Lane", "nothing"), skips("acceptor.Lane", "close", "nothing"))) {
            assertThatThrownBy(() -> nothing.write(ClusterBuilder.app(), mutant))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("to change");
        }
    }

    static Stream<Guard> all() {
        return Stream.concat(GUARDS.stream(), MORE.stream());
    }

    @ParameterizedTest
    @MethodSource("all")
    @Tag("long")
    void withItItsTestIsGreen(Guard guard, @TempDir Path directory) throws IOException {
        Path copy = Files.copy(ClusterBuilder.app(), directory.resolve("copy.jar"));
        assertThat(TestRun.of(copy, directory, guard.test())).isEmpty();
    }
}
