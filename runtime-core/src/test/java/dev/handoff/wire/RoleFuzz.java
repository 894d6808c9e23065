package dev.handoff.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Map;

/** Any words that a parent is said to have written: a role, an invitation, none of them, or refused by their name. */
class RoleFuzz {
    @FuzzTest(maxExecutions = 1_000_000, maxDuration = "")
    void wordsAreReadOrRefused(byte[] bytes) {
        Map<String, String> words = RoleFile.parseWords(new String(bytes, UTF_8));
        try {
            assertThat(Role.of(words, 1)).isNotNull();
            assertThat(ParentAddress.of(words, 1)).isNotNull();
        } catch (Role.OrphanException e) {
            assertThat(e).hasMessageContaining("is gone");
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContainingAll("the role has", "writes");
        }
    }
}
