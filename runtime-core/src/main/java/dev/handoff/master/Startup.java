package dev.handoff.master;

import dev.handoff.cluster.Protocol;
import dev.handoff.wire.ControlFrame.Service;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What a worker has done on its way to readiness, and what its probe has found. The supervisor's thread only. */
final class Startup {
    /** What has to be done before the probe, in whatever order. */
    enum Step {
        /** The handlers of the program have started. */
        HANDLERS_STARTED,
        /** Each event loop has opened its lane. */
        LANES_OPEN
    }

    private final Set<Step> missing = EnumSet.allOf(Step.class);
    private List<Service> services = List.of();
    private String probeFailure = "";

    void done(Step step) {
        missing.remove(step);
    }

    /** Whether the worker has done all that it can for its readiness. */
    boolean isComplete() {
        return missing.isEmpty();
    }

    void offers(List<Service> offered) {
        services = offered;
    }

    /** How the worker serves each listener, by their keys. */
    List<Service> services() {
        return services;
    }

    /** What its listeners speak, by their keys. */
    List<Protocol> protocols() {
        return services.stream().map(Service::protocol).toList();
    }

    /** Notes why it has failed its probe; true for the first time. */
    boolean noteProbeFailure(String why) {
        boolean first = probeFailure.isEmpty();
        probeFailure = why;
        return first;
    }

    /** Why it has failed its probe last; empty if it never has. */
    String probeFailure() {
        return probeFailure;
    }
}
