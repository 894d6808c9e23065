package dev.handoff.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
    @Test
    void readsBothWaysOfWriting() {
        assertThat(Options.parse("--port", "0", "--workers=3", "--policy", "shared")
                        .values())
                .containsOnly(Map.entry("--port", "0"), Map.entry("--workers", "3"), Map.entry("--policy", "shared"));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"-,8080,:8080", "::1,0,[::1]:0", "[::1],80,[::1]:80", "localhost,9,localhost:9"})
    void makesAnAddress(@Nullable String host, String port, String address) {
        Options options = host == null ? Options.parse("--port", port) : Options.parse("--host", host, "--port", port);
        assertThat(options.addresses()).isEqualTo(address);
    }

    @Test
    void listensForLinesBesideIt() {
        assertThat(Options.parse("--host", "::1", "--lines-port", "9").addresses())
                .isEqualTo("[::1]:8080,[::1]:9");
    }

    @ParameterizedTest
    @CsvSource({
        "--prot 80, there is no option '--prot'",
        "8080, there is no option '8080'",
        "--port, --port lacks its value",
        "--port 65536, '--port takes a whole number from 0 to 65535, not ''65536'''",
        "--workers many, '--workers takes a whole number from 0 to 256, not ''many'''",
        "--policy random, '--policy takes one of round-robin, least-connections, power-of-two, consistent-hash, shared, not ''random'''",
        "--host=, '--host takes a name or an address, and got nothing'"
    })
    void saysWhatIsWrong(String line, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.parse(line.split(" ", -1)))
                .withMessage(message);
    }

    @Test
    void seesTheCallForHelpAnywhere() {
        assertThat(Options.askForHelp("--port", "1", "--help")).isTrue();
        assertThat(Options.askForHelp("--port", "1")).isFalse();
    }
}
