package dev.handoff.launch;

import dev.handoff.jvm.ArgumentFile;
import dev.handoff.jvm.OptionVariables;
import dev.handoff.jvm.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What people have said to the worker's JVM, from wherever: a default of ours applies only where this is silent.
 *
 * @param typed the master's JVM options, argument files among them
 * @param environment the variables that the worker will have
 * @param extra the cluster's own JVM options for workers; they win over what was typed
 * @param operator what the operator takes from all of these, and adds
 */
record TypedFlags(List<String> typed, Map<String, String> environment, List<String> extra, OperatorFlags operator) {
    private static final Pattern COLLECTOR = Pattern.compile("-XX:\\+Use\\w+GC");

    TypedFlags {
        typed = List.copyOf(typed);
        environment = Map.copyOf(environment);
        extra = List.copyOf(extra);
    }

    /** Without a word of the operator's. */
    TypedFlags(List<String> typed, Map<String, String> environment, List<String> extra) {
        this(typed, environment, extra, OperatorFlags.NONE);
    }

    /** Every option in the order in which the JVM reads them: a later one wins. Files are read, values are words. */
    List<String> all() {
        List<String> all = new ArrayList<>();
        OptionVariables.BEFORE.forEach(variable -> all.addAll(words(variable)));
        Stream.concat(typed.stream(), extra.stream()).forEach(word -> all.addAll(opened(word)));
        all.removeIf(operator::drops);
        operator.added().forEach(word -> all.addAll(opened(word)));
        words(OptionVariables.AFTER).stream()
                .filter(word -> !operator.drops(word))
                .forEach(all::add);
        return all;
    }

    /** The variable's options, as the JVM splits them: at white space, save in quotes. */
    List<String> words(String variable) {
        return Quoted.split(environment.getOrDefault(variable, ""));
    }

    static List<String> opened(String word) {
        return ArgumentFile.opened(word).toList();
    }

    boolean has(Predicate<String> option) {
        return all().stream().anyMatch(option);
    }

    boolean hasStart(String... starts) {
        return has(option -> Stream.of(starts).anyMatch(option::startsWith));
    }

    boolean hasCollector() {
        return has(COLLECTOR.asMatchPredicate());
    }

    /** The size behind the last of these flags. */
    OptionalLong size(String... flags) {
        return last(flags).map(JvmSize::parse).orElse(OptionalLong.empty());
    }

    /** The largest heap in bytes, if it was given as a size. */
    OptionalLong heap() {
        return size("-Xmx", "-XX:MaxHeapSize=");
    }

    /** The first heap in bytes, if it was given as a size. */
    OptionalLong firstHeap() {
        return size("-Xms", "-XX:InitialHeapSize=");
    }

    /** Memory of direct buffers in bytes, if it was given. */
    OptionalLong direct() {
        return size("-XX:MaxDirectMemorySize=");
    }

    /** The largest heap as a part of what there is, 0 to 1, if it was given so. */
    OptionalDouble heapPart() {
        return part("-XX:MaxRAM");
    }

    /** The first heap as a part of what there is, 0 to 1, if it was given so. */
    OptionalDouble firstHeapPart() {
        return part("-XX:InitialRAM");
    }

    private OptionalDouble part(String flag) {
        Optional<Double> percentage =
                last(flag + "Percentage=").flatMap(TypedFlags::number).map(n -> n / 100);
        return percentage
                .or(() -> last(flag + "Fraction=").flatMap(TypedFlags::number).map(n -> 1 / n))
                .map(OptionalDouble::of)
                .orElse(OptionalDouble.empty());
    }

    private static Optional<Double> number(String text) {
        return text.matches("\\d{1,9}(\\.\\d{1,9})?") ? Optional.of(Double.valueOf(text)) : Optional.empty();
    }

    private Optional<String> last(String... starts) {
        return all().stream()
                .flatMap(option ->
                        Stream.of(starts).filter(option::startsWith).map(start -> option.substring(start.length())))
                .reduce((earlier, later) -> later);
    }
}
