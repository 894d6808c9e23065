package dev.handoff.sample.client;

import java.util.List;

/**
 * A request that got no complete and right answer, and what its connection went through.
 *
 * @param what in words
 * @param story the connection's moments, by this JVM's monotonic clock
 */
public record Loss(String behaviour, String what, List<Moment> story) {
    /** Something that happened. */
    public record Moment(long nanos, String what) {}

    /** When it was noticed. */
    public long nanos() {
        return story.get(story.size() - 1).nanos();
    }
}
