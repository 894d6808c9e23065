package dev.handoff.wire;

import dev.handoff.cluster.Protocol;
import dev.handoff.cluster.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The frames between master and worker on the control channel.
 *
 * <pre>
 *   worker   Hello ─▶ Listening ─▶ Started ─▶ (Exhausted) ─▶ (Leave) ─▶ Drained        Failed instead of Started
 *   master         Tickets, Welcome ─▶ (Tickets)        Refused instead of both
 * </pre>
 *
 * {@link ControlCodec} draws the bytes.
 */
public sealed interface ControlFrame {
    /** The version of these frames and of the lanes'; master and worker must agree. */
    int VERSION = 3;

    /** How many bytes it takes on the wire. */
    default int length() {
        return ControlCodec.encode(this).length;
    }

    /**
     * A worker's first frame.
     *
     * @param wireVersion {@link #VERSION} as the worker knows it
     * @param scoreboardVersion {@link Scoreboard#VERSION} as the worker knows it
     * @param workerId its id, as its role says
     * @param token the proof that it is that worker
     * @param java the version of its JVM, for the log
     */
    record Hello(int wireVersion, int scoreboardVersion, int workerId, Token token, String java)
            implements ControlFrame {}

    /**
     * The master's answer to a hello that it accepts.
     *
     * @param eventLoops how many event loops, and so lanes, to open
     * @param beatEvery how often each event loop writes to the scoreboard that it lives
     * @param drainLimit how long connections may go on once the worker drains
     * @param exitLimit how long shutdown hooks may run once the worker has sent Drained
     * @param maxConnections the most connections at a time; beyond, offers are refused
     * @param listeners what to serve, by key
     * @param saidToHandlers settings of the operator that win over what the program gave its handlers: durations and counts
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
     * The secrets of TLS session tickets from now on. Sent before the welcome, and whenever there is a new secret.
     *
     * @param secrets the same for all workers
     */
    record Tickets(TicketSecrets secrets) implements ControlFrame {}

    /** The master's answer to a hello that it does not accept, for that reason: the worker ends. */
    record Refused(String reason) implements ControlFrame {}

    /**
     * A listener, as the worker needs to know it.
     *
     * @param key its key in offers
     * @param name the name that the program gave it; may be empty
     * @param address where it listens, as {@link dev.handoff.cluster.ListenAddress} writes it
     * @param declared where the program asked to listen, as {@link dev.handoff.cluster.ListenOptions} writes it; empty: the
     *     workers' program need not declare it
     */
    record ListenerDescription(int key, String name, String address, String declared) {
        private static final String UNIX = "unix:";

        /** The file, if it is a Unix socket. */
        public Optional<Path> file() {
            return address.startsWith(UNIX) ? Optional.of(Path.of(address.substring(UNIX.length()))) : Optional.empty();
        }
    }

    /** The worker's lanes are open, and it can serve every listener. The services are in the order of the listeners' keys. */
    record Listening(List<Service> services) implements ControlFrame {}

    /**
     * How a worker serves a listener.
     *
     * @param protocol what the connections speak
     * @param state the format of connection states that it understands, to resume what other workers handed back
     */
    record Service(Protocol protocol, StateFormat state) {}

    /** The handlers have started: the worker considers itself ready. */
    record Started() implements ControlFrame {}

    /** The worker cannot serve and will exit; the reason is for the log. */
    record Failed(String reason) implements ControlFrame {}

    /** The worker asks to leave, for that reason; the master then sends DRAIN on its lanes. */
    record Leave(String reason) implements ControlFrame {}

    /** The worker has run out of a resource. It goes on serving, and leaves when a successor is ready. Sent again while that lasts. */
    record Exhausted(String reason) implements ControlFrame {}

    /**
     * The worker has no more connections and exits.
     *
     * @param connectionsCut those that were still open at the drain limit
     * @param requestsCut requests in progress on them
     */
    record Drained(int connectionsCut, int requestsCut) implements ControlFrame {}
}
