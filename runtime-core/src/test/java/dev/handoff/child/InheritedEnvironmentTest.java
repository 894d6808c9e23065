package dev.handoff.child;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.handoff.jvm.PlatformText;
import java.io.IOException;
import java.util.AbstractMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InheritedEnvironmentTest {
    /** Bytes are written as the characters of the same number. */
    private static final String ENVIRON =
            "PLAIN=1\0EMPTY=\0=X=y\0no sign\0N\u00e4ME=1\0N\u00fcME=2\0BAD=\u00ff\u00fe\0PLAIN=2\0";

    private static InheritedEnvironment inherited(String environ) {
        return new InheritedEnvironment(environ.getBytes(ISO_8859_1), new AsTheJdkReads(environ));
    }

    /** Several names may look alike to it, but the first of two that are alike wins. */
    private static final class AsTheJdkReads extends AbstractMap<String, String> {
        private final Set<Entry<String, String>> entries = new LinkedHashSet<>();

        AsTheJdkReads(String environ) {
            Set<String> names = new LinkedHashSet<>();
            Stream.of(environ.split("\0"))
                    .filter(line -> line.indexOf('=', 1) > 0 && names.add(line.substring(0, line.indexOf('=', 1))))
                    .forEach(this::add);
        }

        private void add(String line) {
            byte[] bytes = line.getBytes(ISO_8859_1);
            int equals = line.indexOf('=', 1);
            String name = new String(bytes, 0, equals, PlatformText.jdk());
            String value = new String(bytes, equals + 1, bytes.length - equals - 1, PlatformText.jdk());
            // Unlike an entry that Map.of would have, one that is not equal to another of the same text.
            entries.add(new SimpleImmutableEntry<>(name, value));
        }

        @Override
        public Set<Entry<String, String>> entrySet() {
            return entries;
        }
    }

    private static List<String> lines(InheritedEnvironment inherited, Map<String, String> wanted) throws IOException {
        return inherited.asBytes(wanted).stream()
                .map(line -> new String(line, ISO_8859_1))
                .toList();
    }

    @Test
    void whatNothingHasChangedGoesOnByteForByteWhateverItsName() throws IOException {
        InheritedEnvironment inherited = inherited(ENVIRON);
        assertThat(lines(inherited, inherited.asText()))
                .containsExactlyInAnyOrder(
                        "PLAIN=1", "EMPTY=", "=X=y", "N\u00e4ME=1", "N\u00fcME=2", "BAD=\u00ff\u00fe");
    }

    @Test
    void whatIsSetBesideIsUtf8() throws IOException {
        InheritedEnvironment inherited = inherited("A=1\0B=\u00ff\0");
        Map<String, String> wanted = new HashMap<>(inherited.asText());
        wanted.put("A", "\u20ac");
        wanted.put("\u00fc", "2");
        assertThat(lines(inherited, wanted))
                .containsExactlyInAnyOrder("A=\u00e2\u0082\u00ac", "\u00c3\u00bc=2", "B=\u00ff");
        wanted.remove("B");
        assertThat(lines(inherited, wanted)).doesNotContain("B=\u00ff");
    }

    @Test
    void theJdksViewCountsWhereAProgramHasChangedIt() throws IOException {
        InheritedEnvironment inherited =
                new InheritedEnvironment("A=1\0B=\u00ff\0".getBytes(ISO_8859_1), Map.of("A", "2"));
        assertThat(inherited.asText()).isEqualTo(Map.of("A", "2"));
        assertThat(lines(inherited, inherited.asText())).containsExactly("A=2");
    }

    @Test
    void halfACharacterIsRefused() {
        assertThatIOException()
                .isThrownBy(() -> inherited("A=1\0").asBytes(Map.of("A", "x\ud83d")))
                .withMessageContaining("half of a character");
    }
}
