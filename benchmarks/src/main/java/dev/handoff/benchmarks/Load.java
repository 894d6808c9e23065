package dev.handoff.benchmarks;

import java.util.List;

/** How the clients behave. */
enum Load {
    /** Each request is the only one on its connection: the client asks for the close and connects again. */
    CLOSE("close", "One request per connection", "connection"),
    /** Each client keeps its connection for the whole run. */
    KEEP_ALIVE("keep-alive", "Keep-alive", "request");

    private final String id;
    private final String title;
    private final String unit;

    Load(String id, String title, String unit) {
        this.id = id;
        this.title = title;
        this.unit = unit;
    }

    /** The name in files for machines. */
    String id() {
        return id;
    }

    /** The name in headings. */
    String title() {
        return title;
    }

    /** What the CPU time is divided by. */
    String unit() {
        return unit;
    }

    /** The options that make wrk behave so. */
    List<String> wrkOptions() {
        return this == CLOSE ? List.of("--header", "Connection: close") : List.of();
    }
}
