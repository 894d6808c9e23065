package dev.handoff.cluster;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Every setting of a cluster: its name, its values, and its default. The operator wins over the program: {@link ClusterSettings} says where
 * each of them sets a value.
 */
public enum Setting {
    /** The cluster's name, a lock on this machine: a second master of that name is refused. Default: the program's. */
    NAME("name", Kind.TEXT, ""),
    /** Addresses to listen on, separated by commas, as {@link ListenOptions#parse} reads them. */
    LISTEN("listen", Kind.TEXT, ""),
    /** The number of workers, 0 to 256; 0 serves in the master's process. Default: one a processor, at least 2. */
    WORKERS("workers", Kind.COUNT, Math.max(2, Runtime.getRuntime().availableProcessors()), 0, 256),
    /** The most workers that signals may scale to. Default 0: twice as many as asked for, at least 4 more. */
    WORKERS_MAX("workersMax", Kind.COUNT, 0, 0, 256),
    /** Which worker gets the next connection: {@code round-robin}, {@code shared} and others, see {@link SchedulingPolicy}. */
    POLICY("policy", Kind.TEXT, "round-robin"),
    /** Workers that may start at the same time, after the first of a generation was ready. Default: one a processor. */
    START_PARALLEL("start.parallel", Kind.COUNT, Runtime.getRuntime().availableProcessors(), 1, 256),
    /** The time from fork to ready; a worker that takes longer is killed. */
    START_LIMIT("start.limit", Kind.SECONDS, Duration.ofSeconds(60), 1, 3600),
    /** Attempts to get the first worker ready; after them the start fails with exit code 10. */
    START_GIVE_UP("start.giveUp", Kind.COUNT, 3, 1, 100),
    /** The path of the request that a new HTTP worker must answer before it gets clients; any complete answer below 500 is good. */
    PROBE_PATH("probe.path", Kind.TEXT, "/"),
    /** How long a probe may take. */
    PROBE_LIMIT("probe.limit", Kind.SECONDS, Duration.ofSeconds(5), 1, 3600),
    /** The wait before a worker that has failed its probe is probed again; the start limit ends that. */
    PROBE_EVERY("probe.every", Kind.MILLIS, Duration.ofMillis(250), 10, 60_000),
    /** The first wait before a failed worker is replaced; doubles with each failure, jitter 0 to 25 % upwards. */
    RESTART_BACKOFF("restart.backoff", Kind.MILLIS, Duration.ofMillis(100), 10, 600_000),
    /** The longest such wait. */
    RESTART_BACKOFF_MAX("restart.backoffMax", Kind.MILLIS, Duration.ofSeconds(30), 10, 600_000),
    /** After being ready for that long, a worker's end does not count as a failed start. */
    RESTART_GOOD_AFTER("restart.goodAfter", Kind.SECONDS, Duration.ofSeconds(10), 1, 3600),
    /** After that many failures of a slot in a row (about a minute), it is tried once every longest wait; it is never given up. */
    RESTART_ERRORED_AFTER("restart.erroredAfter", Kind.COUNT, 9, 1, 1000),
    /** How often each event loop writes to the scoreboard that it lives. */
    BEAT_EVERY("beat.every", Kind.MILLIS, Duration.ofMillis(250), 50, 5000),
    /** A worker is out of rotation if an event loop was silent for that long, or has answered no offer. */
    BEAT_SUSPECT("beat.suspect", Kind.MILLIS, Duration.ofSeconds(1), 100, 60_000),
    /** An event loop silent for that long: the master takes a thread dump. */
    BEAT_SOFT("beat.soft", Kind.SECONDS, Duration.ofSeconds(3), 1, 3600),
    /** An event loop silent for that long: the master sends TERM, and then KILL. */
    BEAT_HARD("beat.hard", Kind.SECONDS, Duration.ofSeconds(30), 1, 86_400),
    /** The time between TERM and KILL. */
    KILL_AFTER("kill.after", Kind.SECONDS, Duration.ofSeconds(3), 0, 600),
    /** Workers above the wanted number while one generation replaces another. */
    ROLL_SURGE("roll.surge", Kind.COUNT, 1, 1, 256),
    /** The limit of a whole roll; then it is rolled back. Default 0: {@code start.limit} for each worker and {@code drain.limit}. */
    ROLL_GIVE_UP("roll.giveUp", Kind.SECONDS, Duration.ZERO, 0, 86_400),
    /** The time between the order to stop and the end of listening, in which load balancers turn away. */
    STOP_DELAY("stop.delay", Kind.SECONDS, Duration.ZERO, 0, 300),
    /** How long connections of a draining worker may go on; then they are cut. */
    DRAIN_LIMIT("drain.limit", Kind.SECONDS, Duration.ofSeconds(20), 0, 86_400),
    /** How long an idle connection that cannot be handed back lives after its end was announced. */
    DRAIN_IDLE_MIN("drain.idleMin", Kind.MILLIS, Duration.ofSeconds(1), 1, 60_000),
    /** Event loops in each worker. */
    EVENT_LOOPS("eventLoops", Kind.COUNT, 1, 1, 64),
    /** Connections that one event loop of a worker was offered and has not answered, at most. */
    CREDIT("credit", Kind.COUNT, 64, 1, 253),
    /** Open connections of each worker, at most; 0: no limit. */
    MAX_CONNECTIONS("maxConnections", Kind.COUNT, 0, 0, Integer.MAX_VALUE),
    /** Connections that wait in the master while no worker has credit, at most; more wait in the kernel. */
    QUEUE_MAX("queue.max", Kind.COUNT, 1024, 0, 65_536),
    /** How long such a connection waits until it is answered 503, if it has sent a request in plain HTTP. */
    QUEUE_WAIT("queue.wait", Kind.SECONDS, Duration.ofSeconds(10), 1, 3600),
    /** TCP: a connection that was silent for that long is probed, and ends after twice as long. 0: no probes. */
    TCP_KEEP_ALIVE("tcp.keepAlive", Kind.SECONDS, Duration.ofSeconds(60), 0, 32_767),
    /** HTTP: the time until the first byte of a new connection. This and the next three win over a handler's own values. */
    HTTP_FIRST("http.first", Kind.SECONDS, Duration.ofSeconds(60), 1, 86_400),
    /** HTTP: the time from the first byte of a head to its last. */
    HTTP_HEAD("http.head", Kind.SECONDS, Duration.ofSeconds(30), 1, 86_400),
    /** HTTP: how long no byte of a body may be sent or received. */
    HTTP_BODY_IDLE("http.bodyIdle", Kind.SECONDS, Duration.ofSeconds(30), 1, 86_400),
    /** HTTP: the time between two requests of a connection. It is more than the usual 60 s of load balancers, so that they close first. */
    HTTP_KEEP_ALIVE("http.keepAlive", Kind.SECONDS, Duration.ofSeconds(75), 1, 86_400),
    /** HTTP: how long a handler may neither answer nor read more of the body; then 503. 0: for ever. */
    HTTP_ANSWER("http.answer", Kind.SECONDS, Duration.ZERO, 0, 86_400),
    /** HTTP: bytes of a body that a client must send in a second, on average; else 408. 0: any number. */
    HTTP_BODY_RATE("http.bodyRate", Kind.COUNT, 0, 0, Integer.MAX_VALUE),
    /** HTTP/1.1: how long a client that has ended its direction may get no byte; then it counts as gone. */
    HTTP_HALF_CLOSED("http.halfClosed", Kind.SECONDS, Duration.ofSeconds(5), 1, 86_400),
    /** HTTP/2: requests in progress at a time on one connection. This and the next two win over a handler's own values. */
    HTTP_STREAMS("http.streams", Kind.COUNT, 128, 1, 65_536),
    /** HTTP/2: bytes of one body that a client may send before they are read; a connection may hold that many for each stream. */
    HTTP_WINDOW("http.window", Kind.COUNT, 65_535, 65_535, 16 * 1024 * 1024),
    /** HTTP/2: streams of one connection that may be reset in 30 s, by the client or because of its errors. */
    HTTP_RESETS("http.resets", Kind.COUNT, 200, 1, 1_000_000),
    /** TLS: the time until there is a new secret for session tickets; the two before it are kept for the tickets that they have made. */
    TLS_TICKET_ROTATION("tls.ticketRotation", Kind.SECONDS, Duration.ofHours(12), 1, 604_800),
    /** Whether connections at rest are moved from workers that have far more than others. */
    BALANCE("balance", Kind.SWITCH, true),
    /**
     * The workers' working directory, resolved at each start. Default: the directory in which the master was started, by its path in {@code
     * $PWD}.
     */
    DIRECTORY("directory", Kind.TEXT, ""),
    /** Whether the machine's memory and processors are divided among the workers; off: their JVM flags are not changed. */
    JVM_DIVIDE("jvm.divide", Kind.SWITCH, true),
    /** The launcher for the workers' JVMs, of the master's feature release. Default: the one that started the master. */
    JVM_JAVA("jvm.java", Kind.TEXT, ""),
    /** The beginnings of JVM options that workers do not get, separated by blanks: {@code -javaagent: -Xlog}. */
    JVM_DROP("jvm.drop", Kind.TEXT, ""),
    /**
     * JVM options for workers, behind all others, separated by blanks; single or double quotes keep a blank. <code>{slot}</code> stands for the
     * worker's slot, 1 and up, and <code>{port:9400}</code> for the first free port above 9400, counted from the slot.
     */
    JVM_ADD("jvm.add", Kind.TEXT, ""),
    /** Lines of workers' output that may wait for the master's standard output, at most; more are dropped and counted. */
    LOG_LINES("log.lines", Kind.COUNT, 8192, 200, 1_048_576),
    /** MiB of output, of the master and its workers, that may wait to be written; more is dropped and counted, and a line says so. */
    LOG_MEMORY("log.memory", Kind.COUNT, 8, 1, 1024),
    /** KiB of one line of output; the rest is cut. */
    LOG_LINE_MAX("log.lineMax", Kind.COUNT, 16, 1, 1024),
    /** The number of last lines that are kept of each worker, to show why it ended. */
    LOG_TAIL("log.tail", Kind.COUNT, 200, 0, 10_000),
    /** The directory in which the cluster's runtime directory is created. Default: the first usable one of the usual directories. */
    RUN_DIRECTORY("run", Kind.TEXT, "");

    /** What the JDK puts for bytes that are no character in the locale's encoding. */
    private static final char LOST = '\ufffd';

    private enum Kind {
        TEXT("text"),
        COUNT("a count"),
        SECONDS("a duration"),
        MILLIS("a duration"),
        SWITCH("on or off");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    private final String key;
    private final Kind kind;

    @SuppressWarnings("ImmutableEnumChecker") // an Integer, a Duration, a Boolean or a String: all immutable
    private final Object defaultValue;

    private final long least;
    private final long most;

    Setting(String key, Kind kind, Object defaultValue) {
        this(key, kind, defaultValue, 0, 0);
    }

    Setting(String key, Kind kind, Object defaultValue, long least, long most) {
        this.key = key;
        this.kind = kind;
        this.defaultValue = defaultValue;
        this.least = least;
        this.most = most;
    }

    /** The name in options, system properties (after {@code handoff.}) and settings files, such as {@code start.limit}. */
    public String key() {
        return key;
    }

    /** The name in the environment, such as {@code HANDOFF_START_LIMIT}. */
    public String variable() {
        return "HANDOFF_"
                + key.replaceAll("([a-z])([A-Z])", "$1_$2").replace('.', '_').toUpperCase(Locale.ROOT);
    }

    Object defaultValue() {
        return defaultValue;
    }

    /** Whether it is a duration. */
    public boolean isDuration() {
        return defaultValue instanceof Duration;
    }

    /**
     * The setting of a name.
     *
     * @throws IllegalArgumentException if there is none, with all names
     */
    public static Setting of(String key) {
        return find(key).orElseThrow(() -> {
            List<String> names = Arrays.stream(values()).map(Setting::key).toList();
            return new IllegalArgumentException("there is no setting '" + key + "'" + NearestName.hint(key, names)
                    + " There are " + String.join(", ", names));
        });
    }

    /** The setting of a name, if there is one. */
    public static Optional<Setting> find(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.key.equals(key))
                .findFirst();
    }

    /**
     * Reads a value: a whole number; a duration in the setting's unit (seconds or milliseconds) or with one, such as
     * {@code 500ms}, {@code 20s}, {@code 5m}; {@code on} or {@code off}; or text.
     */
    Object parse(String text) {
        String trimmed = text.trim();
        refuseLost(trimmed);
        return switch (kind) {
            case TEXT -> text(trimmed);
            case COUNT -> (int) checked(number(trimmed, trimmed), trimmed);
            case SECONDS -> duration(trimmed, 1000);
            case MILLIS -> duration(trimmed, 1);
            case SWITCH -> onOrOff(trimmed);
        };
    }

    /** The JDK decodes the command line, including properties, in the locale's encoding. */
    private void refuseLost(String text) {
        if (text.indexOf(LOST) >= 0) {
            throw new IllegalArgumentException(
                    key + " = '" + text + "' has characters that the locale's encoding has not:"
                            + " set it in the environment or in the settings file, or start with LC_ALL=C.UTF-8");
        }
    }

    /** Refuses a text at once that could not be used later. */
    private String text(String text) {
        if (this == LISTEN) {
            ClusterSettings.addresses(text);
        } else if (this == POLICY) {
            PolicyNames.policyOf(text);
        } else if (this == RUN_DIRECTORY || this == DIRECTORY) {
            SettingPath.of(text);
        }
        return text;
    }

    private boolean onOrOff(String text) {
        return switch (text) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new IllegalArgumentException(key + " = '" + text + "': expected on or off");
        };
    }

    private Duration duration(String text, long unitMillis) {
        String digits = text.replaceAll("[a-z]+$", "");
        long unit =
                switch (text.substring(digits.length())) {
                    case "" -> unitMillis;
                    case "ms" -> 1;
                    case "s" -> 1000;
                    case "m" -> 60_000;
                    case "h" -> 3_600_000;
                    default ->
                        throw new IllegalArgumentException(
                                key + " = '" + text + "': expected a whole number with ms, s, m or h behind it");
                };
        try {
            Duration value = Duration.ofMillis(Math.multiplyExact(number(digits, text), unit));
            check(value);
            return value;
        } catch (ArithmeticException e) {
            throw outOfRange(text);
        }
    }

    private long number(String digits, String text) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + " = '" + text + "': expected a whole number", e);
        }
    }

    /** Gives the value, if it is of this setting's kind and in its range. */
    Object check(Object value) {
        if (!defaultValue.getClass().isInstance(value)) {
            throw new IllegalArgumentException(key + " = " + value + ": expected " + kind.words);
        }
        if (value instanceof Integer count) {
            checked(count, count.toString());
        } else if (value instanceof Duration duration) {
            Duration unit = kind == Kind.MILLIS ? Duration.ofMillis(1) : Duration.ofSeconds(1);
            if (duration.compareTo(unit.multipliedBy(least)) < 0 || duration.compareTo(unit.multipliedBy(most)) > 0) {
                throw outOfRange(TimeUnit.MILLISECONDS.convert(duration) + " ms");
            }
        }
        return value;
    }

    private long checked(long value, String text) {
        if (value < least || value > most) {
            throw outOfRange(text);
        }
        return value;
    }

    private IllegalArgumentException outOfRange(String text) {
        String unit = kind == Kind.SECONDS ? " s" : kind == Kind.MILLIS ? " ms" : "";
        return new IllegalArgumentException(
                key + " = " + text + " is out of range: expected " + least + " to " + most + unit);
    }
}
