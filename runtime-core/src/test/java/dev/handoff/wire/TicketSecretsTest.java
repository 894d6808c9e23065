package dev.handoff.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class TicketSecretsTest {
    private static final byte[] PURPOSE = {1, 2, 3};

    @Test
    void keysAreExpandedAsTheStandardSays() {
        // RFC 5869, appendix A.1.
        TicketSecrets secret = TicketSecrets.of(
                HexFormat.of().parseHex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"));
        assertThat(secret.keys(HexFormat.of().parseHex("f0f1f2f3f4f5f6f7f8f9"), 42))
                .extracting(HexFormat.of()::formatHex)
                .containsExactly(
                        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    }

    @Test
    void newestComesFirstAndTwoBeforeItAreKept() {
        TicketSecrets first = TicketSecrets.fresh();
        TicketSecrets second = first.renewed();
        TicketSecrets third = second.renewed();
        TicketSecrets fourth = third.renewed();
        assertThat(keys(first)).hasSize(1);
        assertThat(keys(second)).hasSize(2).endsWith(keys(first).get(0));
        assertThat(keys(third)).hasSize(3).endsWith(keys(second).toArray(String[]::new));
        assertThat(keys(fourth))
                .hasSize(3)
                .endsWith(keys(third).subList(0, 2).toArray(String[]::new))
                .doesNotContain(keys(first).get(0))
                .doesNotHaveDuplicates();
    }

    @Test
    void eachPurposeHasKeysOfItsOwn() {
        TicketSecrets secrets = TicketSecrets.fresh();
        assertThat(secrets.keys(PURPOSE, 48).get(0))
                .isEqualTo(secrets.keys(PURPOSE, 48).get(0))
                .isNotEqualTo(secrets.keys(new byte[] {1, 2, 4}, 48).get(0))
                .isNotEqualTo(TicketSecrets.fresh().keys(PURPOSE, 48).get(0));
    }

    @Test
    void nothingOfThemIsSaid() {
        assertThat(new ControlFrame.Tickets(TicketSecrets.fresh())).hasToString("Tickets[secrets=TicketSecrets[***]]");
    }

    private static List<String> keys(TicketSecrets secrets) {
        return secrets.keys(PURPOSE, 48).stream().map(HexFormat.of()::formatHex).toList();
    }
}
