package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.RollResult;
import dev.handoff.cluster.RollResult.Verdict;
import dev.handoff.cluster.Setting;
import dev.handoff.jvm.CommandLine;
import dev.handoff.launch.Generation;
import dev.handoff.workers.ClusterEvents;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RollsTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long NOW = Long.MAX_VALUE - SECOND;

    private final ClusterSettings settings =
            ClusterSettings.defaults().option("start.limit", "30").option("drain.limit", "15");
    private final CompletableFuture<RollResult> verdict = new CompletableFuture<>();

    @ParameterizedTest
    @CsvSource({"0, 1, 45", "0, 4, 135", "7, 4, 7"})
    void takesNoLongerThanItsLimit(String giveUp, int workers, int limitSeconds) {
        Rolls rolls = rolls(settings.option("roll.giveUp", giveUp));
        rolls.begin(verdict, workers, workers, NOW);
        rolls.limit(List.of(1), NOW + limitSeconds * SECOND - 1);
        assertThat(rolls.wanted().number()).isEqualTo(2);
        assertThat(verdict).isNotDone();

        rolls.limit(List.of(1, 3), NOW + limitSeconds * SECOND);
        assertThat(rolls.isRunning()).isFalse();
        assertThat(rolls.wanted().number()).isEqualTo(1);
        assertThat(verdict.join()).satisfies(result -> {
            assertThat(result.verdict()).isEqualTo(Verdict.ROLLED_BACK);
            assertThat(result.generation()).isEqualTo(1);
            assertThat(result.reason())
                    .isEqualTo("not over within " + limitSeconds
                            + " s (roll.giveUp): no ready worker of generation 2 in slots [1, 3]");
        });
    }

    @Test
    void whatIsCommittedHasNoLimit() {
        Rolls rolls = rolls(settings.with(Setting.ROLL_GIVE_UP, Duration.ofSeconds(1)));
        rolls.begin(verdict, 2, 2, NOW);
        rolls.commit(NOW + SECOND);
        rolls.limit(List.of(1), NOW + 9 * SECOND);
        assertThat(rolls.wanted().number()).isEqualTo(2);
        assertThat(verdict.join().verdict()).isEqualTo(Verdict.COMMITTED);
    }

    private static Rolls rolls(ClusterSettings settings) {
        Generation first = new Generation(1, settings, CommandLine.parse(List.of("java", "Main")));
        return new Rolls(first, new ClusterEvents(), new Completions(Runnable::run));
    }
}
