package dev.handoff.launch;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.jvm.CommandLine;
import dev.handoff.jvm.Quoted;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the operator says about the JVM options of workers: which they do not get, by how those begin, and which they get behind all others.
 *
 * @param dropped beginnings of options
 * @param added options with places in them: <code>{slot}</code> for the slot, <code>{port:9400}</code> for the first free port above 9400
 */
record OperatorFlags(List<String> dropped, List<String> added) {
    static final OperatorFlags NONE = new OperatorFlags(List.of(), List.of());

    private static final Pattern PLACE = Pattern.compile("\\{(?:slot|port:(\\d{1,5}))\\}");

    OperatorFlags {
        dropped = List.copyOf(dropped);
        added = List.copyOf(added);
    }

    /**
     * Those of the settings.
     *
     * @throws IllegalArgumentException if a word is no option, which the JVM would take for what it is to run
     */
    static OperatorFlags of(ClusterSettings settings) {
        List<String> added = Quoted.split(settings.text(Setting.JVM_ADD));
        List<String> words = Stream.of(List.of("java"), added, List.of("Main"))
                .flatMap(List::stream)
                .toList();
        CommandLine.Main main = CommandLine.parse(words).main();
        if (!main.name().equals("Main") || main.kind() != CommandLine.Main.Kind.CLASS) {
            throw new IllegalArgumentException(Setting.JVM_ADD.key() + ": '" + main.name()
                    + "' is no option of a JVM, which would take it for what it is to run");
        }
        return new OperatorFlags(Quoted.split(settings.text(Setting.JVM_DROP)), added);
    }

    boolean drops(String option) {
        return dropped.stream().anyMatch(option::startsWith);
    }

    /**
     * The additional options of one worker. Its slot alone makes no port its own: its successor starts beside it.
     *
     * @param ports the worker's port in place of one that was said
     */
    List<String> addedFor(int slot, IntUnaryOperator ports) {
        return added.stream()
                .map(option -> PLACE.matcher(option).replaceAll(place -> filled(place.group(1), slot, ports)))
                .toList();
    }

    private static String filled(@Nullable String port, int slot, IntUnaryOperator ports) {
        return Integer.toString(port == null ? slot : ports.applyAsInt(Integer.parseInt(port)));
    }
}
