package dev.handoff.sample.rig;

/**
 * What a cluster has told of itself.
 *
 * @param name as the operator's page lists it, {@code worker.ready}
 * @param pid the worker's process; 0: it is about no worker
 * @param cause why, for people
 */
public record Event(String name, long pid, String cause) {
    static Event parse(String line) {
        String[] fields = line.split("\t", 3);
        return new Event(fields[0], Long.parseLong(fields[1]), fields[2]);
    }

    /** Whether it is of that kind and about that worker. */
    public boolean is(String kind, long worker) {
        return name.equals(kind) && pid == worker;
    }
}
