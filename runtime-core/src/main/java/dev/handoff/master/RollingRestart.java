package dev.handoff.master;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.RollResult;
import dev.handoff.cluster.RollResult.Verdict;
import dev.handoff.cluster.Setting;
import dev.handoff.launch.Generation;
import java.time.Duration;
import java.util.List;

/**
 * A roll under way: it has changed the wanted generation, and {@link Gap} replaces the workers one by one. It ends well
 * when every slot has a ready worker of the new generation, and badly with the first of them that is lost, or at its
 * limit: then the wanted generation is set back, and the same path leads back.
 *
 * @param from the generation to go back to
 * @param to the new one
 * @param floor how many workers must stay ready
 * @param limit how long it may take
 * @param beganNanos when it was ordered
 */
record RollingRestart(Generation from, Generation to, int floor, Duration limit, long beganNanos) {
    /** The limit of a roll of so many workers. */
    static Duration limit(ClusterSettings settings, int workers) {
        Duration said = settings.duration(Setting.ROLL_GIVE_UP);
        return said.isZero()
                ? settings.duration(Setting.START_LIMIT)
                        .multipliedBy(workers)
                        .plus(settings.duration(Setting.DRAIN_LIMIT))
                : said;
    }

    boolean isOverdue(long nowNanos) {
        return nowNanos - beganNanos >= limit.toNanos();
    }

    /** Whether that loss speaks against the new generation. */
    boolean isFailedBy(int generation, Slot.Loss loss) {
        return generation == to.number() && !loss.isForgiven();
    }

    RollResult committed(long nowNanos) {
        return result(Verdict.COMMITTED, to, "", List.of(), nowNanos);
    }

    RollResult rolledBack(String reason, List<String> lastLines, long nowNanos) {
        return result(Verdict.ROLLED_BACK, from, reason, lastLines, nowNanos);
    }

    RollResult stopped(long nowNanos) {
        return result(Verdict.STOPPED, from, "the cluster was stopped", List.of(), nowNanos);
    }

    private RollResult result(Verdict verdict, Generation now, String reason, List<String> lines, long nowNanos) {
        return new RollResult(verdict, now.number(), reason, lines, Duration.ofNanos(nowNanos - beganNanos));
    }
}
