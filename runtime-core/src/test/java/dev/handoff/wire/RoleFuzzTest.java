package dev.handoff.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Words that may be anything: each is understood, or refused by its name. */
class RoleFuzzTest {
    private static final long SEED = 20_261_122;
    private static final long SELF = ProcessHandle.current().pid();
    private static final String CHARACTERS = ":-+.0123456789abcdefgxLä \n";

    /** What is changed: a worker's role, and a forked child's invitation. */
    private static final List<Map<String, String>> CORPUS = List.of(
            new Role(SELF, Role.startOf(SELF), 7, 2, 3, Path.of("/run/x"), new Token(1, -2)).toMap(),
            new Role(1, Role.startOf(1), Integer.MAX_VALUE, 1, 1, Path.of(""), new Token(0, 0)).toMap(),
            new ParentAddress(SELF, Role.startOf(SELF), new Token(1, -2), Path.of("/run/x:y")).toMap());

    @Test
    void randomWordsAreReadOrRefusedByName() {
        fuzz(20_000);
    }

    @Test
    @Tag("long")
    void aMillionRandomWordsAreReadOrRefusedByName() {
        fuzz(1_000_000);
    }

    private static void fuzz(int count) {
        Random random = new Random(SEED);
        int understood = 0;
        for (int number = 0; number < count; number++) {
            Map<String, String> words = mutated(CORPUS.get(random.nextInt(CORPUS.size())), random);
            try {
                boolean role = Role.of(words, SELF).isPresent();
                understood += role || ParentAddress.of(words, SELF).isPresent() ? 1 : 0;
            } catch (Role.OrphanException e) {
                assertThat(e).hasMessageContaining("is gone");
            } catch (IllegalStateException e) {
                assertThat(e)
                        .as("words %d of seed %d: %s", number, SEED, words)
                        .hasMessageContainingAll("the role has", "writes");
            }
        }
        assertThat(understood).as("seed %d", SEED).isBetween(count / 100, count - count / 100);
    }

    private static Map<String, String> mutated(Map<String, String> from, Random random) {
        Map<String, String> words = new HashMap<>(from);
        List<String> names = words.keySet().stream().sorted().toList();
        for (int changes = random.nextInt(3); changes > 0; changes--) {
            words.computeIfPresent(names.get(random.nextInt(names.size())), (name, value) -> mutated(value, random));
        }
        return words;
    }

    private static String mutated(String text, Random random) {
        int at = random.nextInt(text.length() + 1);
        int end = Math.min(text.length(), at + random.nextInt(4));
        StringBuilder inserted = new StringBuilder();
        for (int count = random.nextInt(random.nextInt(8) == 0 ? 24 : 3); count > 0; count--) {
            inserted.append(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
        }
        return text.substring(0, at) + inserted + text.substring(end);
    }
}
