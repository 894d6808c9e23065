package dev.handoff.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** Any variables: a role, an invitation, none of them, or refused by their name. */
class EnvironmentFuzz {
    @FuzzTest(maxExecutions = 1_000_000, maxDuration = "")
    void variablesAreReadOrRefused(byte[] bytes) {
        Map<String, String> environment = variables(bytes);
        try {
            assertThat(Role.of(environment, 1)).isNotNull();
            assertThat(Invitation.of(environment, 1)).isNotNull();
        } catch (Role.OrphanException e) {
            assertThat(e).hasMessageContaining("is gone");
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContainingAll("the environment has", "HANDOFF_", "take it out");
        }
    }

    /** A name, an equals sign and a value, ended by a null byte each, as the kernel keeps them. */
    private static Map<String, String> variables(byte[] bytes) {
        return Arrays.stream(new String(bytes, UTF_8).split("\0", -1))
                .filter(variable -> variable.contains("="))
                .map(variable -> variable.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (first, second) -> first));
    }
}
