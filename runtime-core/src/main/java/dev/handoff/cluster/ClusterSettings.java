package dev.handoff.cluster;

import dev.handoff.process.spi.ProcessProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The settings of a cluster: numbers and limits ({@link Setting}), where it listens, and how its workers are started. Immutable: each
 * change gives a new object.
 *
 * <p>The operator wins over the program. The value of a setting is the first of these: an {@link #option option} (from the program's
 * command line), the system property {@code handoff.NAME}, the environment variable {@code HANDOFF_NAME}, the settings file that {@code
 * handoff.file} or {@code HANDOFF_FILE} names, the value that the program {@link #with set}, the default.
 */
public final class ClusterSettings {
    private static final ClusterSettings DEFAULTS = new ClusterSettings();
    private static final int DEFAULT_PORT = 8080;
    private static final Set<Setting> OF_HANDLERS = EnumSet.of(
            Setting.HTTP_FIRST,
            Setting.HTTP_HEAD,
            Setting.HTTP_BODY_IDLE,
            Setting.HTTP_KEEP_ALIVE,
            Setting.HTTP_ANSWER,
            Setting.HTTP_BODY_RATE,
            Setting.HTTP_HALF_CLOSED,
            Setting.HTTP_STREAMS,
            Setting.HTTP_WINDOW,
            Setting.HTTP_RESETS,
            Setting.DRAIN_IDLE_MIN);

    private Map<Setting, Object> program = new EnumMap<>(Setting.class);
    private Map<Setting, Object> operator = new EnumMap<>(Setting.class);
    private List<ListenOptions> listeners = List.of();
    private Optional<SchedulingPolicy> policy = Optional.empty();
    private Optional<String> main = Optional.empty();
    private List<String> args = List.of();
    private List<String> jvmArgs = List.of();
    private Map<String, String> environment = Map.of();

    private ClusterSettings() {}

    private ClusterSettings changed(Consumer<ClusterSettings> change) {
        ClusterSettings copy = new ClusterSettings();
        copy.program = new EnumMap<>(program);
        copy.operator = new EnumMap<>(operator);
        copy.listeners = listeners;
        copy.policy = policy;
        copy.main = main;
        copy.args = args;
        copy.jvmArgs = jvmArgs;
        copy.environment = environment;
        change.accept(copy);
        return copy;
    }

    /** Every setting at its default, no listener. */
    public static ClusterSettings defaults() {
        return DEFAULTS;
    }

    /**
     * Sets a count, for the program.
     *
     * @throws IllegalArgumentException if it is out of the setting's range
     */
    public ClusterSettings with(Setting setting, int count) {
        return changed(copy -> copy.program.put(setting, setting.check(count)));
    }

    /**
     * Sets a duration, for the program.
     *
     * @throws IllegalArgumentException if it is out of the setting's range
     */
    public ClusterSettings with(Setting setting, Duration duration) {
        return changed(copy -> copy.program.put(setting, setting.check(duration)));
    }

    /**
     * Switches a setting on or off, for the program.
     *
     * @throws IllegalArgumentException if the setting is not one that is on or off
     */
    public ClusterSettings with(Setting setting, boolean on) {
        return changed(copy -> copy.program.put(setting, setting.check(on)));
    }

    /**
     * Sets any setting from text, for the program.
     *
     * @throws IllegalArgumentException if the text does not fit the setting
     */
    public ClusterSettings with(Setting setting, String text) {
        return changed(copy -> copy.program.put(setting, setting.parse(text)));
    }

    /**
     * Sets any setting by name, for the operator: it wins over all other values.
     *
     * @throws IllegalArgumentException if there is no such setting or the text does not fit it
     */
    public ClusterSettings option(String name, String text) {
        Setting setting = Setting.of(name);
        return changed(copy -> copy.operator.put(setting, setting.parse(text)));
    }

    /** Adds addresses to listen on. */
    public ClusterSettings listen(ListenOptions... where) {
        List<ListenOptions> all = new ArrayList<>(listeners);
        all.addAll(Arrays.asList(where));
        return changed(copy -> copy.listeners = List.copyOf(all));
    }

    /** Sets a policy object of the program. It wins over {@link Setting#POLICY} set by the program. */
    public ClusterSettings policy(SchedulingPolicy chosen) {
        return changed(copy -> copy.policy = Optional.of(chosen));
    }

    /** Starts that class in the workers, with this process's class path, instead of this process's command line. */
    public ClusterSettings main(Class<?> mainClass, String... arguments) {
        return changed(copy -> {
            copy.main = Optional.of(mainClass.getName());
            copy.args = List.of(arguments);
        });
    }

    /** JVM flags for the workers, behind those of this process, so that they win. */
    public ClusterSettings jvmArgs(String... flags) {
        return changed(copy -> copy.jvmArgs = List.of(flags));
    }

    /**
     * The workers' working directory, {@link Setting#DIRECTORY}. Relative paths in JVM options, the class path and the jar are still resolved
     * against the master's directory, unless this is the same directory when the cluster starts.
     *
     * @param workingDirectory absolute, or relative to the directory in which the master was started
     */
    public ClusterSettings directory(Path workingDirectory) {
        return changed(copy -> copy.program.put(Setting.DIRECTORY, workingDirectory.toString()));
    }

    /** Environment variables for the workers, over those of this process. */
    public ClusterSettings environment(Map<String, String> added) {
        Map<String, String> all = new LinkedHashMap<>(environment);
        all.putAll(added);
        return changed(copy -> copy.environment = Map.copyOf(all));
    }

    /**
     * These settings with the operator's values from system properties, the environment, and the file that one of these names.
     *
     * @param properties system properties
     * @param variables the environment
     * @throws IllegalArgumentException naming the place, if a value does not fit its setting, a name begins like those of settings and is none,
     *     or the file cannot be read or has a line that is no setting
     */
    public ClusterSettings resolved(Map<String, String> properties, Map<String, String> variables) {
        SettingNames.check(properties, variables);
        return changed(copy -> {
            for (Setting setting : Setting.values()) {
                if (!copy.operator.containsKey(setting)) {
                    said(setting, "handoff." + setting.key(), properties)
                            .or(() -> said(setting, setting.variable(), variables))
                            .ifPresent(value -> copy.operator.put(setting, value));
                }
            }
            file(properties, variables)
                    .ifPresent(file -> SettingsFile.read(SettingPath.of(file)).forEach(copy.operator::putIfAbsent));
        });
    }

    /**
     * These settings with the operator's values for this process. As {@link #resolved(Map, Map)}.
     *
     * @throws IllegalArgumentException as that method
     */
    public ClusterSettings resolved() {
        Properties properties = System.getProperties();
        Map<String, String> texts = new LinkedHashMap<>();
        properties.stringPropertyNames().forEach(name -> texts.put(name, properties.getProperty(name)));
        return resolved(texts, ProcessProvider.get().environment());
    }

    private static Optional<String> file(Map<String, String> properties, Map<String, String> variables) {
        return Optional.ofNullable(properties.get(SettingNames.FILE_PROPERTY))
                .or(() -> Optional.ofNullable(variables.get(SettingNames.FILE_VARIABLE)));
    }

    private static Optional<Object> said(Setting setting, String name, Map<String, String> source) {
        return Optional.ofNullable(source.get(name)).map(text -> {
            try {
                return setting.parse(text);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
            }
        });
    }

    private Object value(Setting setting) {
        return said(setting).orElseGet(setting::defaultValue);
    }

    private Optional<Object> said(Setting setting) {
        return Optional.ofNullable(operator.get(setting)).or(() -> Optional.ofNullable(program.get(setting)));
    }

    /**
     * The settings for handlers that operator or program have set: durations and counts. For the others a handler's own values count.
     */
    public Map<Setting, Object> saidToHandlers() {
        Map<Setting, Object> all = new EnumMap<>(Setting.class);
        OF_HANDLERS.forEach(setting -> said(setting).ifPresent(value -> all.put(setting, value)));
        return all;
    }

    /** The value of a count. */
    public int count(Setting setting) {
        return (Integer) value(setting);
    }

    /** The value of a duration. */
    public Duration duration(Setting setting) {
        return (Duration) value(setting);
    }

    /** Whether a setting is on. */
    public boolean isOn(Setting setting) {
        return (Boolean) value(setting);
    }

    /** The value of a text; empty if it is not set. */
    public String text(Setting setting) {
        return (String) value(setting);
    }

    /**
     * Where to listen: the operator's addresses, else the program's, else port 8080. The first address of the operator gets the name of the
     * program's first listener, and so on.
     */
    public List<ListenOptions> listeners() {
        List<ListenOptions> declared = declaredListeners();
        return operatorSaysListeners() ? named(addresses(text(Setting.LISTEN)), declared) : declared;
    }

    /** Where the program wants to listen, whatever the operator has set: its own addresses, else port 8080. */
    public List<ListenOptions> declaredListeners() {
        List<ListenOptions> said = addresses((String) program.getOrDefault(Setting.LISTEN, ""));
        if (!said.isEmpty()) {
            return said;
        }
        return listeners.isEmpty() ? List.of(ListenOptions.port(DEFAULT_PORT)) : listeners;
    }

    /** Whether the operator has set where to listen. */
    public boolean operatorSaysListeners() {
        return !addresses((String) operator.getOrDefault(Setting.LISTEN, "")).isEmpty();
    }

    private static List<ListenOptions> named(List<ListenOptions> said, List<ListenOptions> declared) {
        List<ListenOptions> named = new ArrayList<>(said);
        for (int place = 0; place < Math.min(said.size(), declared.size()); place++) {
            named.set(place, said.get(place).name(declared.get(place).name()));
        }
        return List.copyOf(named);
    }

    /** The policy that chooses the worker for the next connection. */
    public SchedulingPolicy policy() {
        if (policy.isPresent() && !operator.containsKey(Setting.POLICY)) {
            return policy.get();
        }
        return PolicyNames.policyOf(text(Setting.POLICY));
    }

    static List<ListenOptions> addresses(String text) {
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split(",", -1)).map(ListenOptions::parse).toList();
    }

    /** The class that workers start; empty if they repeat this process's command line. */
    public Optional<String> main() {
        return main;
    }

    /** The arguments of {@link #main()}. */
    public List<String> args() {
        return args;
    }

    /** The workers' additional JVM flags. */
    public List<String> jvmArgs() {
        return jvmArgs;
    }

    /** The workers' working directory, if one is set. */
    public Optional<Path> directory() {
        return Optional.of(text(Setting.DIRECTORY))
                .filter(text -> !text.isEmpty())
                .map(Path::of);
    }

    /** The workers' additional environment. */
    public Map<String, String> environment() {
        return environment;
    }
}
