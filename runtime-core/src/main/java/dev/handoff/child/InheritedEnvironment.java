package dev.handoff.child;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.handoff.jvm.PlatformText;
import dev.handoff.wire.RoleFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The variables that this process was started with: as text for programs to read, and as bytes for children to inherit. A
 * child gets those that nothing has changed byte for byte, whatever the locale makes of them.
 */
final class InheritedEnvironment {
    private static final Logger LOG = LoggerFactory.getLogger(InheritedEnvironment.class);
    private static final InheritedEnvironment OURS = new InheritedEnvironment(read(), System.getenv());

    private final List<Variable> variables = new ArrayList<>();

    /**
     * One variable.
     *
     * @param name as programs see it
     * @param value as programs see it
     * @param jdkName as the JDK sees it
     * @param jdkValue as the JDK sees it
     * @param bytes name, equals sign and value
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Variable(String name, String value, String jdkName, String jdkValue, byte[] bytes) {
        static Variable ofText(String name, String value) {
            return new Variable(name, value, name, value, (name + "=" + value).getBytes(UTF_8));
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
                    jdkName,
                    jdkValue,
                    line);
        }

        boolean isUntouchedIn(Map<String, String> wanted) {
            return value.equals(wanted.get(name));
        }
    }

    /**
     * What the kernel and the JDK say.
     *
     * @param environ what the kernel gave this process: a null byte ends each variable
     * @param jdk the JDK's view, which counts: a program that has made this JVM may have changed some
     */
    InheritedEnvironment(byte[] environ, Map<String, String> jdk) {
        Map<String, String> ascii = new LinkedHashMap<>(jdk);
        lines(environ)
                .filter(line -> !isAscii(line) && indexOf(line, '=', 1) > 0)
                .map(Variable::ofBytes)
                .filter(variable -> variable.jdkValue().equals(jdk.get(variable.jdkName())))
                .forEach(variable -> {
                    variables.add(variable);
                    ascii.remove(variable.jdkName());
                });
        ascii.forEach((name, value) -> variables.add(Variable.ofText(name, value)));
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
        return lines.stream();
    }

    private static int indexOf(byte[] bytes, int wanted, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isAscii(byte[] bytes) {
        for (byte each : bytes) {
            if (each < 0) {
                return false;
            }
        }
        return true;
    }

    /** As text, without what was meant for this process alone. */
    Map<String, String> asText() {
        Map<String, String> text = new LinkedHashMap<>();
        variables.forEach(variable -> text.putIfAbsent(variable.name(), variable.value()));
        text.remove(RoleFile.VARIABLE);
        return text;
    }

    /** The wanted variables for exec(2): name, equals sign and value each. */
    List<byte[]> asBytes(Map<String, String> wanted) {
        Map<String, byte[]> lines = new LinkedHashMap<>();
        wanted.forEach((name, value) -> lines.put(name, (name + "=" + value).getBytes(UTF_8)));
        variables.stream()
                .filter(variable -> variable.isUntouchedIn(wanted))
                .forEach(variable -> lines.put(variable.name(), variable.bytes()));
        return List.copyOf(lines.values());
    }

    /**
     * Makes of the variables that a {@link ProcessBuilder} has at first the wanted ones, without a touch on those that stay.
     *
     * @return whether the JDK can do it; if not, the builder's variables are of no use
     */
    boolean giveTo(ProcessBuilder builder, Map<String, String> wanted) {
        Map<String, String> missing = new LinkedHashMap<>(wanted);
        missing.keySet().removeAll(keepIn(builder.environment(), wanted));
        boolean passed = missing.entrySet().stream()
                .allMatch(each ->
                        PlatformText.isPassedByJdk(each.getKey()) && PlatformText.isPassedByJdk(each.getValue()));
        if (passed) {
            builder.environment().putAll(missing);
        }
        return passed;
    }

    private Set<String> keepIn(Map<String, String> given, Map<String, String> wanted) {
        Set<String> kept = new LinkedHashSet<>();
        for (Iterator<Map.Entry<String, String>> all = given.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<String, String> entry = all.next();
            // Two that the JDK cannot tell apart stay both or go both.
            List<Variable> same = variables.stream()
                    .filter(variable -> variable.jdkName().equals(entry.getKey())
                            && Objects.equals(variable.jdkValue(), entry.getValue()))
                    .toList();
            if (!same.isEmpty() && same.stream().allMatch(variable -> variable.isUntouchedIn(wanted))) {
                same.forEach(variable -> kept.add(variable.name()));
            } else {
                all.remove();
            }
        }
        return kept;
    }
}
