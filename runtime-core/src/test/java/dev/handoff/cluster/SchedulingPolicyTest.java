package dev.handoff.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SchedulingPolicyTest {
    private static final SchedulingPolicy.Client ANY_CLIENT =
            () -> new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private long turn;

    @BeforeEach
    void printSeed() {
        System.out.println("seed " + seed);
    }

    /** The chosen worker gets a connection, as the acceptor would assign it. */
    private final class Worker implements SchedulingPolicy.Candidate {
        private final int slot;
        private long lastTurn;
        private long connections;
        private int given;

        Worker(int slot) {
            this.slot = slot;
        }

        void give() {
            lastTurn = ++turn;
            connections++;
            given++;
        }

        @Override
        public int workerId() {
            return slot;
        }

        @Override
        public int slot() {
            return slot;
        }

        @Override
        public long lastTurn() {
            return lastTurn;
        }

        @Override
        public long connections() {
            return connections;
        }
    }

    private List<Worker> workers(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(Worker::new).toList();
    }

    private static Worker give(SchedulingPolicy policy, List<Worker> among, SchedulingPolicy.Client client) {
        Worker chosen = among.get(policy.pick(among, client));
        chosen.give();
        return chosen;
    }

    /** Some of them, at least one, as they are when others have no credit. */
    private List<Worker> some(List<Worker> workers) {
        List<Worker> some = new ArrayList<>(workers);
        some.removeIf(worker -> random.nextInt(4) == 0);
        return some.isEmpty() ? workers : some;
    }

    private static List<Integer> given(List<Worker> workers) {
        return workers.stream().map(worker -> worker.given).toList();
    }

    private static SchedulingPolicy.Client clientFrom(int number) {
        return () -> new InetSocketAddress(address(number), 1 + number % 60_000);
    }

    private static InetAddress address(int number) {
        byte[] bytes = {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number};
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address: " + Arrays.toString(bytes), e);
        }
    }

    // --- in turn ----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"round-robin", "shared"})
    void whoWasNotChosenForTheLongestTimeIsNext(String name) {
        SchedulingPolicy policy = PolicyNames.policyOf(name);
        List<Worker> workers = workers(7);
        for (int round = 0; round < 1_000; round++) {
            List<Worker> able = some(workers);
            long longest = able.stream().mapToLong(Worker::lastTurn).min().orElseThrow();
            Worker chosen = able.get(policy.pick(able, ANY_CLIENT));
            assertThat(chosen.lastTurn()).isEqualTo(longest);
            chosen.give();
        }
    }

    // --- by the number of connections -------------------------------------------------------------------------------

    @Test
    void whoHasTheFewestConnectionsIsNextAndAmongSuchWhoWaitedLongest() {
        SchedulingPolicy policy = SchedulingPolicy.leastConnections();
        List<Worker> workers = workers(5);
        for (int round = 0; round < 10_000; round++) {
            List<Worker> able = some(workers);
            Worker chosen = able.get(policy.pick(able, ANY_CLIENT));
            assertThat(able).allSatisfy(other -> {
                assertThat(other.connections).isGreaterThanOrEqualTo(chosen.connections);
                if (other.connections == chosen.connections) {
                    assertThat(other.lastTurn).isGreaterThanOrEqualTo(chosen.lastTurn);
                }
            });
            chosen.give();
            workers.get(random.nextInt(5)).connections /= 2;
        }
    }

    /* By chance alone the fullest of 16 would have about 40 above the mean of 1,000 and more; see the source of the policy. */
    @Test
    void twoChoicesAreNearlyAsEvenAsTheFewestConnections() {
        SchedulingPolicy policy = SchedulingPolicy.powerOfTwoChoices();
        List<Worker> workers = workers(16);
        for (int round = 0; round < 16_000; round++) {
            give(policy, workers, ANY_CLIENT);
        }
        assertThat(given(workers)).allSatisfy(count -> assertThat(count).isCloseTo(1_000, within(10)));
    }

    // --- by the client ----------------------------------------------------------------------------------------------

    @Test
    void aClientStaysWithItsSlotWhateverItsPort() {
        SchedulingPolicy policy = SchedulingPolicy.consistentHash();
        List<Worker> workers = workers(5);
        for (int client = 0; client < 1_000; client++) {
            InetAddress address = address(client);
            int first = policy.pick(workers, () -> new InetSocketAddress(address, 1));
            assertThat(policy.pick(workers, () -> new InetSocketAddress(address, 2)))
                    .isEqualTo(first);
        }
        assertThat(policy.evensOut()).isFalse();
        assertThat(SchedulingPolicy.roundRobin().evensOut()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8, 31})
    void oneSlotMoreMovesOnlyTheClientsThatItGets(int count) {
        SchedulingPolicy policy = SchedulingPolicy.consistentHash();
        List<Worker> more = workers(count + 1);
        List<Worker> fewer = more.subList(0, count);
        int clients = 20_000;
        int moved = 0;
        for (int client = 0; client < clients; client++) {
            int before = policy.pick(fewer, clientFrom(client));
            int after = policy.pick(more, clientFrom(client));
            if (after != before) {
                assertThat(after).as("the new slot").isEqualTo(count);
                moved++;
            }
        }
        assertThat(moved).isPositive().isLessThanOrEqualTo(clients / count);
    }

    @Test
    void clientsAreSpreadOverAllSlots() {
        SchedulingPolicy policy = SchedulingPolicy.consistentHash();
        List<Worker> workers = workers(10);
        for (int client = 0; client < 50_000; client++) {
            give(policy, workers, clientFrom(client));
        }
        assertThat(given(workers)).allSatisfy(count -> assertThat(count).isCloseTo(5_000, within(500)));
    }

    @Test
    void clientsWithoutAnAddressAreGivenOutInTurn() {
        SchedulingPolicy policy = SchedulingPolicy.consistentHash();
        List<Worker> workers = workers(3);
        SocketAddress unnamed = UnixDomainSocketAddress.of("");
        for (int round = 0; round < 30; round++) {
            give(policy, workers, () -> unnamed);
        }
        assertThat(given(workers)).containsOnly(10);
    }

    // --- by weight --------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"'1,1,1', 3", "'3,2', 5", "'5,1,1', 7", "'7,3,1', 11", "'1000,1', 1001"})
    void slotsAreChosenAsOftenAsTheirWeightSays(String weights, int period) {
        SchedulingPolicy policy = PolicyNames.policyOf("weighted:" + weights);
        int[] expected = Arrays.stream(weights.split(",", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        List<Worker> workers = workers(expected.length);
        for (int periods = 1; periods <= 20; periods++) {
            for (int round = 0; round < period; round++) {
                give(policy, workers, ANY_CLIENT);
            }
            for (int index = 0; index < expected.length; index++) {
                assertThat(workers.get(index).given)
                        .as("slot %s of %s after %s periods", index + 1, weights, periods)
                        .isCloseTo(periods * expected[index], within(1));
            }
        }
    }

    @Test
    void aLightSlotIsNotLeftToTheEndOfAPeriod() {
        SchedulingPolicy policy = SchedulingPolicy.weighted(Map.of(1, 2));
        List<Worker> workers = workers(2);
        Map<Integer, Integer> lightOnes = new HashMap<>();
        for (int round = 0; round < 300; round++) {
            lightOnes.merge(round / 3, give(policy, workers, ANY_CLIENT).slot == 2 ? 1 : 0, Integer::sum);
        }
        assertThat(lightOnes.values()).containsOnly(1);
    }

    @Test
    void whoWasAwayDoesNotCatchUp() {
        SchedulingPolicy policy = SchedulingPolicy.weighted(Map.of());
        List<Worker> workers = workers(3);
        for (int round = 0; round < 1_000; round++) {
            give(policy, workers.subList(0, 2), ANY_CLIENT);
        }
        for (int round = 0; round < 30; round++) {
            give(policy, workers, ANY_CLIENT);
        }
        assertThat(workers.get(2).given).isCloseTo(10, within(1));
    }

    // --- names ------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Round-Robin",
                "weighted",
                "weighted:",
                "weighted:0",
                "weighted:1,",
                "weighted:-1",
                "weighted:1001"
            })
    void anythingElseIsRefusedWithTheNamesThereAre(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PolicyNames.policyOf(text))
                .withMessageContaining("policy = '" + text + "': expected round-robin, least-connections")
                .withMessageContaining("weighted:3,1");
    }

    @Test
    void weightsAreAtLeastOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SchedulingPolicy.weighted(Map.of(2, 0)))
                .withMessageContaining("slot 2 cannot have the weight 0");
    }
}
