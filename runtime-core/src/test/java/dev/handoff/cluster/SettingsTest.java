package dev.handoff.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class SettingsTest {
    @ParameterizedTest
    @CsvSource({
        "workers, 4, 4",
        "workers, ' 0 ', 0",
        "workers, 256, 256",
        "start.limit, 5, PT5S",
        "start.limit, 500s, PT8M20S",
        "start.limit, 1h, PT1H",
        "start.limit, 2000ms, PT2S",
        "beat.every, 250, PT0.25S",
        "beat.every, 1s, PT1S",
        "drain.limit, 0, PT0S",
        "drain.limit, 24h, PT24H",
        "restart.backoff, 10m, PT10M",
        "name, ' shop ', shop",
        "policy, shared, shared",
        "listen, ':80,[::1]:81', ':80,[::1]:81'"
    })
    void textIsRead(String name, String text, String value) {
        assertThat(Setting.of(name).parse(text)).hasToString(value);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            workers          | four                  | workers = 'four': expected a whole number
            workers          | ''                    | workers = '': expected a whole number
            workers          | 257                   | workers = 257 is out of range: expected 0 to 256
            workers          | -1                    | expected 0 to 256
            workers          | 4294967297            | expected 0 to 256
            workers          | 99999999999999999999  | expected a whole number
            start.limit      | 0                     | start.limit = 0 ms is out of range: expected 1 to 3600 s
            start.limit      | 999ms                 | expected 1 to 3600 s
            start.limit      | 2h                    | expected 1 to 3600 s
            start.limit      | 1.5s                  | expected a whole number
            start.limit      | 5d                    | expected a whole number with ms, s, m or h behind it
            start.limit      | s                     | expected a whole number
            start.limit      | 9223372036854775807h  | out of range: expected 1 to 3600 s
            start.limit      | -9223372036854775808  | out of range: expected 1 to 3600 s
            beat.every       | 49                    | expected 50 to 5000 ms
            credit           | 254                   | expected 1 to 253
            policy           | random                | policy = 'random': expected round-robin or shared
            listen           | :80,nowhere           | cannot listen on 'nowhere'
            listen           | :80,                  | cannot listen on ''
            """)
    void textThatDoesNotFitIsRefusedByName(String name, String text, String words) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Setting.of(name).parse(text))
                .withMessageContaining(words);
    }

    @ParameterizedTest
    @EnumSource(Setting.class)
    void everyDefaultIsOfItsKindAndInItsRange(Setting setting) {
        assertThat(setting.check(setting.defaultValue())).isEqualTo(setting.defaultValue());
        assertThat(Setting.of(setting.key())).isEqualTo(setting);
        assertThat(setting.variable()).matches("HANDOFF_[A-Z]+(_[A-Z]+)*");
    }

    @Test
    void namesDifferInEverySource() {
        assertThat(Arrays.stream(Setting.values()).map(Setting::variable)).doesNotHaveDuplicates();
        assertThat(Setting.START_GIVE_UP.variable()).isEqualTo("HANDOFF_START_GIVE_UP");
        assertThat(Setting.WORKERS_MAX.variable()).isEqualTo("HANDOFF_WORKERS_MAX");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Setting.of("wrokers"))
                .withMessageContaining("there is no setting 'wrokers'; there are name, listen, workers,");
    }

    @Test
    void aValueOfTheWrongKindIsRefusedWhereItIsSaid() {
        ClusterSettings settings = ClusterSettings.defaults();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.with(Setting.DRAIN_LIMIT, 20))
                .withMessage("drain.limit = 20: expected a duration");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.with(Setting.WORKERS, Duration.ofSeconds(2)))
                .withMessage("workers = PT2S: expected a count");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.with(Setting.NAME, 5))
                .withMessage("name = 5: expected text");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.with(Setting.BEAT_EVERY, Duration.ofDays(1)))
                .withMessageContaining("expected 50 to 5000 ms");
    }

    /** The later a column, the more it counts; "-" says nothing. */
    @ParameterizedTest
    @CsvSource({
        "-, -, -, -, 64",
        "1, -, -, -, 1",
        "1, 2, -, -, 2",
        "1, 2, 3, -, 3",
        "1, 2, 3, 4, 4",
        "-, 2, -, 4, 4",
        "1, -, 3, -, 3",
        "-, 2, -, -, 2",
    })
    void theOperatorWinsOverTheProgram(String program, String variable, String property, String option, int expected) {
        ClusterSettings settings = ClusterSettings.defaults();
        settings = program.equals("-") ? settings : settings.with(Setting.CREDIT, Integer.parseInt(program));
        settings = option.equals("-") ? settings : settings.option("credit", option);
        Map<String, String> properties = property.equals("-") ? Map.of() : Map.of("handoff.credit", property);
        Map<String, String> variables = variable.equals("-") ? Map.of() : Map.of("HANDOFF_CREDIT", variable);
        assertThat(settings.resolved(properties::get, variables::get).count(Setting.CREDIT))
                .isEqualTo(expected);
    }

    @Test
    void whatTheOperatorSaidWronglyIsRefusedWithItsPlace() {
        ClusterSettings settings = ClusterSettings.defaults();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.resolved(Map.of("handoff.workers", "x")::get, name -> null))
                .withMessageStartingWith("handoff.workers: workers = 'x'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.resolved(name -> null, Map.of("HANDOFF_LISTEN", "x:y")::get))
                .withMessageStartingWith("HANDOFF_LISTEN: cannot listen on 'x:y'");
    }

    @Test
    void eachChangeGivesNewSettings() {
        ClusterSettings before = ClusterSettings.defaults();
        ClusterSettings after = before.with(Setting.WORKERS, 7).listen(ListenOptions.port(1));
        assertThat(before.count(Setting.WORKERS)).isEqualTo(Setting.WORKERS.defaultValue());
        assertThat(after.count(Setting.WORKERS)).isEqualTo(7);
        assertThat(before.listeners()).containsExactly(ListenOptions.port(8080));
        assertThat(after.listen(ListenOptions.port(2)).listeners())
                .containsExactly(ListenOptions.port(1), ListenOptions.port(2));
        assertThat(after.option("listen", "81,unix:/x").listeners())
                .containsExactly(ListenOptions.port(81), ListenOptions.unix(Path.of("/x")));
    }

    @Test
    void theProgramsOwnPolicyYieldsToTheOperatorsOnly() {
        SchedulingPolicy own = candidates -> 0;
        ClusterSettings settings = ClusterSettings.defaults().policy(own);
        assertThat(settings.with(Setting.POLICY, "shared").policy()).isSameAs(own);
        assertThat(settings.option("policy", "shared").policy().masterAccepts()).isFalse();
        assertThat(settings.option("policy", "round-robin").policy().masterAccepts())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "8080, '', 8080",
        ":0, '', 0",
        "' 127.0.0.1:80 ', 127.0.0.1, 80",
        "localhost:65535, localhost, 65535",
        "[::1]:80, ::1, 80",
        "[fe80::1%lo]:80, fe80::1%lo, 80"
    })
    void addressesAreRead(String text, String host, int port) {
        ListenOptions options = ListenOptions.parse(text);
        assertThat(options.host()).isEqualTo(host);
        assertThat(options.port()).isEqualTo(port);
        assertThat(options.path()).isEmpty();
    }

    @Test
    void pathsAreRead() {
        assertThat(ListenOptions.parse("unix:/run/a:b").path()).contains(Path.of("/run/a:b"));
    }

    @ParameterizedTest
    @CsvSource({
        "''",
        ":",
        "x",
        "::1:80",
        "[::1]",
        "[::1",
        "[]:80",
        "[:80",
        "1.2.3.4:",
        ":+80",
        ":-1",
        ":٨",
        ":80 80",
        "unix:",
        "http://x:80",
        ":9999999999"
    })
    void anythingElseIsRefusedWithExamples(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenOptions.parse(text))
                .withMessageContaining("cannot listen on '" + text + "'")
                .withMessageContaining("such as 8080, 127.0.0.1:80, [::1]:80");
    }

    @Test
    void rangesAreChecked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenOptions.parse(":65536"))
                .withMessage("port 65536 is out of range: expected 0 to 65535");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenOptions.port(80).backlog(0))
                .withMessageContaining("expected at least 1");
    }

    private record Candidate(int workerId, int slot, long lastTurn) implements SchedulingPolicy.Candidate {}

    @ParameterizedTest
    @CsvSource({"'0', 0", "'3 1 2', 1", "'0 0 0', 0", "'5 4 4', 1", "'9 8 7 0', 3"})
    void whoWasNotChosenForTheLongestTimeIsNext(String turns, int expected) {
        List<Candidate> candidates = Arrays.stream(turns.split(" ", -1))
                .map(turn -> new Candidate(1, 1, Long.parseLong(turn)))
                .toList();
        assertThat(SchedulingPolicy.roundRobin().pick(candidates)).isEqualTo(expected);
        assertThat(SchedulingPolicy.shared().pick(candidates)).isEqualTo(expected);
    }
}
