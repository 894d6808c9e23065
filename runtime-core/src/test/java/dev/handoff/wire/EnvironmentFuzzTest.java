package dev.handoff.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Variables that other processes may have set to anything: each is understood, or refused by its name. */
class EnvironmentFuzzTest {
    private static final long SEED = 20_261_122;
    private static final long SELF = ProcessHandle.current().pid();
    private static final String CHARACTERS = ":-+.0123456789abcdefgxLä \n";

    /** What is changed: a worker's role, and a forked child's invitation. */
    private static final List<Map<String, String>> CORPUS = List.of(
            new Role(SELF, Role.startOf(SELF), 7, 2, 3, Path.of("/run/x"), new Token(1, -2)).toEnvironment(),
            new Role(1, Role.startOf(1), Integer.MAX_VALUE, 1, 1, Path.of(""), new Token(0, 0)).toEnvironment(),
            new Invitation(SELF, Role.startOf(SELF), new Token(1, -2), Path.of("/run/x:y")).toEnvironment());

    @Test
    void randomVariablesAreReadOrRefusedByName() {
        fuzz(20_000);
    }

    @Test
    @Tag("long")
    void aMillionRandomVariablesAreReadOrRefusedByName() {
        fuzz(1_000_000);
    }

    private static void fuzz(int count) {
        Random random = new Random(SEED);
        int understood = 0;
        for (int number = 0; number < count; number++) {
            Map<String, String> environment = mutated(CORPUS.get(random.nextInt(CORPUS.size())), random);
            try {
                boolean role = Role.of(environment, SELF).isPresent();
                understood += role || Invitation.of(environment, SELF).isPresent() ? 1 : 0;
            } catch (Role.OrphanException e) {
                assertThat(e).hasMessageContaining("is gone");
            } catch (IllegalStateException e) {
                assertThat(e)
                        .as("variables %d of seed %d: %s", number, SEED, environment)
                        .hasMessageContainingAll("the environment has", "HANDOFF_", "take it out");
            }
        }
        assertThat(understood).as("seed %d", SEED).isBetween(count / 100, count - count / 100);
    }

    private static Map<String, String> mutated(Map<String, String> from, Random random) {
        Map<String, String> environment = new HashMap<>(from);
        List<String> names = environment.keySet().stream().sorted().toList();
        for (int changes = random.nextInt(3); changes > 0; changes--) {
            environment.computeIfPresent(
                    names.get(random.nextInt(names.size())), (name, value) -> mutated(value, random));
        }
        return environment;
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
