package dev.handoff.sample.rig;

import dev.handoff.sample.client.Behaviour;
import dev.handoff.sample.client.Ledger;
import dev.handoff.sample.client.Load;
import dev.handoff.sample.client.Loss;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractAssert;

/** What must hold of a load, told with the first losses' stories beside what the cluster printed at the time. */
public final class LoadAssert extends AbstractAssert<LoadAssert, Load> {
    private static final long AROUND_NANOS = 1_500_000_000;

    private final Output output;

    private LoadAssert(Load load, Output output) {
        super(load, LoadAssert.class);
        this.output = output;
    }

    /** Says it of a load on a cluster. */
    public static LoadAssert assertThat(Load load, RunningCluster cluster) {
        return new LoadAssert(load, cluster.output());
    }

    /** Every request was answered, and every behaviour was played. */
    public LoadAssert lostNothing() {
        none("lost", Ledger::lostCount);
        actual.ledgers().forEach((behaviour, ledger) -> {
            if (ledger.sentCount() == 0 || ledger.sentCount() != ledger.answeredCount() + ledger.waivedCount()) {
                failWithMessage("not all requests of %s were answered:%n%s", behaviour, actual);
            }
        });
        return this;
    }

    /** Everybody was taken, and nobody waits for ever. */
    public LoadAssert refusedNobodyAndLeftNobodyHanging() {
        return none("refused", Ledger::refusedCount)
                .none("left hanging", Ledger::timedOutCount)
                .none("answered wrongly", Ledger::wrongCount);
    }

    /** At most that many connections ended before their answers. */
    public LoadAssert cutAtMost(long connections) {
        long cut = ledgers().mapToLong(Ledger::resetCount).sum();
        if (cut > connections) {
            failWithMessage(
                    "%d connections were cut, at most %d might be:%n%s%n%s", cut, connections, actual, stories());
        }
        return this;
    }

    /** Whoever knew by whom it was served lost its connection to one of these, if at all. */
    public LoadAssert cutOnlyBy(Set<Long> victims) {
        Set<Long> others =
                ledgers().flatMap(ledger -> ledger.cutBy().stream()).collect(Collectors.toCollection(TreeSet::new));
        others.remove(0L);
        others.removeAll(victims);
        if (!others.isEmpty()) {
            failWithMessage(
                    "connections with %s were cut, though only %s were killed:%n%s%n%s",
                    others, victims, actual, stories());
        }
        return this;
    }

    private LoadAssert none(String what, ToLongFunction<Ledger> count) {
        long sum = ledgers().mapToLong(count).sum();
        if (sum > 0) {
            failWithMessage("%d requests were %s:%n%s%n%s", sum, what, actual, stories());
        }
        return this;
    }

    private Stream<Ledger> ledgers() {
        return actual.ledgers().entrySet().stream()
                .sorted(Comparator.comparing(Map.Entry<Behaviour, Ledger>::getKey))
                .map(Map.Entry::getValue);
    }

    private String stories() {
        return ledgers()
                .flatMap(ledger -> ledger.losses().stream())
                .map(this::story)
                .collect(Collectors.joining("\n"));
    }

    private String story(Loss loss) {
        List<Loss.Moment> story = loss.story();
        Stream<Loss.Moment> client =
                story.stream().map(moment -> new Loss.Moment(moment.nanos(), "client " + moment.what()));
        Stream<Loss.Moment> cluster =
                output.between(story.get(0).nanos() - AROUND_NANOS, loss.nanos() + AROUND_NANOS).stream()
                        .map(line -> new Loss.Moment(line.nanos(), line.text()));
        return Stream.concat(client, cluster)
                .sorted(Comparator.comparingLong(moment -> moment.nanos() - loss.nanos()))
                .map(moment -> "%+9.3f s  %s".formatted((moment.nanos() - loss.nanos()) / 1e9, moment.what()))
                .collect(Collectors.joining("\n", loss.behaviour() + ": " + loss.what() + "\n", "\n"));
    }
}
