package dev.handoff.wire;

import dev.handoff.cluster.Protocol;
import dev.handoff.cluster.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What master and worker say to each other beside the descriptors.
 *
 * <pre>
 *   worker   Hello ─▶ Listening ─▶ Started ─▶ (Leave) ─▶ Drained        Failed instead of Started
 *   master         Tickets, Welcome ─▶ (Tickets)        Refused instead of both
 * </pre>
 *
 * {@link ControlCodec} draws the bytes.
 */
public sealed interface ControlFrame {
    /** The version of these frames and of the lanes'; master and worker must agree. */
    int VERSION = 2;

    /**
     * A worker's first word.
     *
     * @param wireVersion {@link #VERSION} as the worker knows it
     * @param scoreboardVersion {@link Scoreboard#VERSION} as the worker knows it
     * @param workerId whom it takes itself for
     * @param token its proof
     * @param java the version of its JVM, for the log
     */
    record Hello(int wireVersion, int scoreboardVersion, int workerId, Token token, String java)
            implements ControlFrame {}

    /**
     * The master's answer to a hello that it accepts.
     *
     * @param eventLoops how many event loops, and so lanes, to open
     * @param beatEvery how often each event loop tells that it lives
     * @param drainLimit how long connections have once the worker is leaving
     * @param exitLimit how long shutdown hooks have once it has said goodbye
     * @param maxConnections the most connections at a time; beyond, offers are refused
     * @param listeners what to serve, by key
     * @param saidToHandlers what handlers obey whatever the program gave them, durations and counts
     */
    record Welcome(
            int eventLoops,
            Duration beatEvery,
            Duration drainLimit,
            Duration exitLimit,
            int maxConnections,
            List<ListenerDescription> listeners,
            Map<Setting, ?> saidToHandlers)
            implements ControlFrame {}

    /**
     * What TLS session tickets are made of from now on: before the welcome, and whenever there is a new secret.
     *
     * @param secrets the same for all workers
     */
    record Tickets(TicketSecrets secrets) implements ControlFrame {}

    /** The master's answer to a hello that it does not accept, for that reason: the worker ends. */
    record Refused(String reason) implements ControlFrame {}

    /**
     * A listener, as the worker needs to know it.
     *
     * @param key what offers name it by
     * @param name the name that the program gave it; may be empty
     * @param address where it listens, as {@link dev.handoff.cluster.ListenAddress} writes it
     * @param declared where the program said that it listens, as {@link dev.handoff.cluster.ListenOptions} writes it; empty: the
     *     workers' program has no say in it
     */
    record ListenerDescription(int key, String name, String address, String declared) {
        private static final String UNIX = "unix:";

        /** The file, if it is a Unix socket. */
        public Optional<Path> file() {
            return address.startsWith(UNIX) ? Optional.of(Path.of(address.substring(UNIX.length()))) : Optional.empty();
        }
    }

    /** The worker's lanes are open, and it can serve every listener, in the order of the keys, in these ways. */
    record Listening(List<Service> services) implements ControlFrame {}

    /**
     * How a worker serves a listener.
     *
     * @param protocol what the connections speak
     * @param state which states of connections that another worker has handed back it understands
     */
    record Service(Protocol protocol, StateFormat state) {}

    /** The handler's start has returned: the worker is ready as far as it knows. */
    record Started() implements ControlFrame {}

    /** The worker cannot serve and will end; the reason is for people. */
    record Failed(String reason) implements ControlFrame {}

    /** The worker wants to leave, for that reason: it asks for the drain frames on its lanes. */
    record Leave(String reason) implements ControlFrame {}

    /**
     * The worker has no more connections and ends.
     *
     * @param connectionsCut those that were still open at the drain limit
     * @param requestsCut those in progress on them
     */
    record Drained(int connectionsCut, int requestsCut) implements ControlFrame {}
}
