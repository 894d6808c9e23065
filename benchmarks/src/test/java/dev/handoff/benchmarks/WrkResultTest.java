package dev.handoff.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WrkResultTest {
    private static final String REPORT = """
            Running 5s test @ http://127.0.0.1:8080/plaintext
              1 threads and 64 connections
              Thread Stats   Avg      Stdev     Max   +/- Stdev
                Latency     2.31ms    1.02ms  20.11ms   78.30%
                Req/Sec    24.61k     1.30k   26.02k    80.00%
              122441 requests in 5.01s, 15.53MB read
            Requests/sec:  24437.32
            Transfer/sec:      3.10MB
            """;

    @Test
    void readsCountAndRate() {
        assertThat(WrkResult.parse(REPORT)).isEqualTo(new WrkResult(122_441, 24_437.32));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "  Socket errors: connect 0, read 3, write 0, timeout 0\n",
                "  Non-2xx or 3xx responses: 17\n",
            })
    void refusesARateThatErrorsWerePartOf(String trouble) {
        assertThatThrownBy(() -> WrkResult.parse(REPORT.replace("Requests/sec", trouble + "Requests/sec")))
                .isInstanceOf(BenchmarkException.class)
                .hasMessageContaining(trouble.strip());
    }

    @Test
    void refusesARunWithoutAnyResponse() {
        assertThatThrownBy(() -> WrkResult.parse(REPORT.replace("122441 requests", "0 requests")))
                .isInstanceOf(BenchmarkException.class)
                .hasMessageContaining("no response");
    }

    @Test
    void refusesWhatIsNoReport() {
        assertThatThrownBy(() -> WrkResult.parse("unable to connect to 127.0.0.1:1 Connection refused"))
                .isInstanceOf(BenchmarkException.class)
                .hasMessageContaining("unable to connect");
    }
}
