package dev.handoff.child;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.handoff.jvm.PlatformText;
import dev.handoff.process.spi.Logs;
import dev.handoff.wire.RoleFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;

/**
 * The variables that this process was started with: as text for programs to read, and as bytes for children to inherit. A
 * child gets those that nothing has changed byte for byte, whatever the locale makes of them.
 */
final class InheritedEnvironment {
    private static final Logger LOG = Logs.of(InheritedEnvironment.class);
    private static final InheritedEnvironment OURS = new InheritedEnvironment(read(), System.getenv());

    private final List<Variable> variables = new ArrayList<>();

    /**
     * One variable.
     *
     * @param name as programs see it
     * @param value as programs see it
     * @param jdk as the JDK sees it
     * @param bytes name, equals sign and value
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Variable(String name, String value, Map.Entry<String, String> jdk, byte[] bytes) {
        static Variable ofText(Map.Entry<String, String> jdk) {
            byte[] line = (jdk.getKey() + "=" + jdk.getValue()).getBytes(UTF_8);
            return new Variable(jdk.getKey(), jdk.getValue(), jdk, line);
        }

        static Variable ofBytes(byte[] line) {
            int equals = indexOf(line, '=', 1);
            byte[] name = Arrays.copyOf(line, equals);
            byte[] value = Arrays.copyOfRange(line, equals + 1, line.length);
            String jdkName = new String(name, PlatformText.jdk());
            String jdkValue = new String(value, PlatformText.jdk());
            return new Variable(
                    PlatformText.read(name, PlatformText.jdk()).orElse(jdkName),
                    PlatformText.read(value, PlatformText.jdk()).orElse(jdkValue),
                    Map.entry(jdkName, jdkValue),
                    line);
        }
    }

    /**
     * What the kernel and the JDK say.
     *
     * @param environ what the kernel gave this process: a null byte ends each variable
     * @param jdk the JDK's view, which counts: a program that has made this JVM may have changed some. Of names that are no text it may
     *     have several that look alike
     */
    InheritedEnvironment(byte[] environ, Map<String, String> jdk) {
        Map<Map.Entry<String, String>, Integer> left = new LinkedHashMap<>();
        jdk.forEach((name, value) -> left.merge(Map.entry(name, value), 1, Integer::sum));
        lines(environ).map(Variable::ofBytes).forEach(variable -> {
            if (left.computeIfPresent(variable.jdk(), (entry, count) -> count - 1) != null) {
                variables.add(variable);
                left.remove(variable.jdk(), 0);
            }
        });
        left.forEach((entry, count) -> variables.add(Variable.ofText(entry)));
    }

    /** This process's. */
    static InheritedEnvironment ours() {
        return OURS;
    }

    private static byte[] read() {
        try {
            return Files.readAllBytes(Path.of("/proc/self/environ"));
        } catch (IOException e) {
            LOG.debug("variables are read as the JDK reads them", e);
            return new byte[0];
        }
    }

    private static Stream<byte[]> lines(byte[] environ) {
        List<byte[]> lines = new ArrayList<>();
        int begin = 0;
        for (int end = indexOf(environ, 0, 0); end >= 0; end = indexOf(environ, 0, begin)) {
            lines.add(Arrays.copyOfRange(environ, begin, end));
            begin = end + 1;
        }
        return lines.stream().filter(line -> indexOf(line, '=', 1) > 0);
    }

    private static int indexOf(byte[] bytes, int wanted, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    /** As text, without what was meant for this process alone. */
    Map<String, String> asText() {
        Map<String, String> text = new LinkedHashMap<>();
        variables.forEach(variable -> text.putIfAbsent(variable.name(), variable.value()));
        text.remove(RoleFile.VARIABLE);
        return text;
    }

    /**
     * The wanted variables for exec(2): name, equals sign and value each.
     *
     * @throws IOException if one is no text
     */
    List<byte[]> asBytes(Map<String, String> wanted) throws IOException {
        List<Variable> untouched = untouchedIn(wanted);
        List<byte[]> lines =
                new ArrayList<>(untouched.stream().map(Variable::bytes).toList());
        for (Map.Entry<String, String> added : without(untouched, wanted).entrySet()) {
            lines.add(PlatformText.bytes(added.getKey() + "=" + added.getValue()));
        }
        return lines;
    }

    /** Those with names that are no text, and look alike to programs, stay or go with the first of them. */
    private List<Variable> untouchedIn(Map<String, String> wanted) {
        Map<String, String> seen = asText();
        return variables.stream()
                .filter(variable -> Objects.equals(seen.get(variable.name()), wanted.get(variable.name())))
                .filter(variable -> wanted.containsKey(variable.name()))
                .toList();
    }

    private static Map<String, String> without(Collection<Variable> untouched, Map<String, String> wanted) {
        Map<String, String> others = new LinkedHashMap<>(wanted);
        untouched.forEach(variable -> others.remove(variable.name()));
        return others;
    }

    /**
     * Makes of the variables that a {@link ProcessBuilder} has at first the wanted ones, without a touch on those that stay.
     *
     * @return whether the JDK can do it; if not, the builder's variables are of no use
     * @throws IOException if one is no text
     */
    boolean giveTo(ProcessBuilder builder, Map<String, String> wanted) throws IOException {
        Map<String, String> missing = without(keepIn(builder.environment().entrySet(), untouchedIn(wanted)), wanted);
        for (Map.Entry<String, String> each : missing.entrySet()) {
            boolean isName = each.getKey().indexOf('=') < 0;
            if (!isName || !PlatformText.isPassedByJdk(each.getKey()) || !PlatformText.isPassedByJdk(each.getValue())) {
                return false;
            }
        }
        builder.environment().putAll(missing);
        return true;
    }

    /** Takes the others out; gives those that have stayed. */
    private List<Variable> keepIn(Set<Map.Entry<String, String>> given, List<Variable> untouched) {
        List<Variable> kept = new ArrayList<>();
        for (Iterator<Map.Entry<String, String>> all = given.iterator(); all.hasNext(); ) {
            Map.Entry<String, String> entry = all.next();
            // Two that the JDK cannot tell apart stay both or go both.
            List<Variable> same = variables.stream()
                    .filter(variable -> variable.jdk().equals(entry))
                    .toList();
            if (!same.isEmpty() && untouched.containsAll(same)) {
                kept.addAll(same);
            } else {
                all.remove();
            }
        }
        return kept;
    }
}
