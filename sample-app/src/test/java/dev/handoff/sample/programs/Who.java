package dev.handoff.sample.programs;

import dev.handoff.cluster.Cluster;
import dev.handoff.netty.Response;
import java.util.Map;

/** The answer to who answers, as the sample application gives it. */
final class Who {
    private Who() {}

    static Response answers() {
        return Response.json(Map.of("pid", Cluster.worker().pid()));
    }
}
