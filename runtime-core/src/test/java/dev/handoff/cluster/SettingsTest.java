package dev.handoff.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
        "jvm.divide, ' on ', true",
        "jvm.divide, off, false",
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
            jvm.divide       | true                  | jvm.divide = 'true': expected on or off
            policy           | random                | policy = 'random': expected round-robin, least-connections
            listen           | :80,nowhere           | cannot listen on 'nowhere'
            listen           | :80,                  | cannot listen on ''
            """)
    void textThatDoesNotFitIsRefusedByName(String name, String text, String words) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Setting.of(name).parse(text))
                .withMessageContaining(words);
    }

    @Test
    void aDurationThatIsTooLongForMillisecondsIsOutOfRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> ClusterSettings.defaults().with(Setting.DRAIN_LIMIT, Duration.ofSeconds(Long.MAX_VALUE)))
                .withMessageContaining("drain.limit = 9223372036854775807 ms is out of range");
    }

    @ParameterizedTest
    @EnumSource(Setting.class)
    void everyDefaultIsOfItsKindAndInItsRange(Setting setting) {
        assertThat(setting.check(setting.defaultValue())).isEqualTo(setting.defaultValue());
        assertThat(Setting.of(setting.key())).isEqualTo(setting);
        assertThat(setting.variable()).matches("HANDOFF_[A-Z]+(_[A-Z]+)*");
    }

    @ParameterizedTest
    @EnumSource(Setting.class)
    void everySettingHasItsRowInTheManual(Setting setting) throws Exception {
        List<String> row = Files.readAllLines(Path.of("..", "docs", "settings.md")).stream()
                .filter(line -> line.startsWith("| `" + setting.key() + "` |"))
                .flatMap(line -> Arrays.stream(line.split("\\|", -1)).map(String::trim))
                .toList();
        assertThat(row).hasSize(7);
        Object value = setting.defaultValue();
        if (value instanceof Duration duration) {
            assertThat(row.get(3))
                    .isEqualTo("" + (row.get(2).equals("s") ? duration.toSeconds() : duration.toMillis()));
        } else if (value instanceof Boolean on) {
            assertThat(row.get(3)).isEqualTo(on ? "on" : "off");
        } else if (value instanceof Integer count) {
            assertThat(row.get(3)).containsAnyOf("processors", count.toString());
        }
    }

    @Test
    void namesDifferInEverySource() {
        assertThat(Arrays.stream(Setting.values()).map(Setting::variable)).doesNotHaveDuplicates();
        assertThat(Setting.START_GIVE_UP.variable()).isEqualTo("HANDOFF_START_GIVE_UP");
        assertThat(Setting.WORKERS_MAX.variable()).isEqualTo("HANDOFF_WORKERS_MAX");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Setting.of("wrokers"))
                .withMessageContaining("there is no setting 'wrokers', did you mean workers?");
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
                .isThrownBy(() -> settings.with(Setting.JVM_DIVIDE, "maybe"))
                .withMessage("jvm.divide = 'maybe': expected on or off");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.with(Setting.WORKERS, true))
                .withMessage("workers = true: expected a count");
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
        assertThat(settings.resolved(properties, variables).count(Setting.CREDIT))
                .isEqualTo(expected);
    }

    @Test
    void whatTheOperatorSaidWronglyIsRefusedWithItsPlace() {
        ClusterSettings settings = ClusterSettings.defaults();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.resolved(Map.of("handoff.workers", "x"), Map.of()))
                .withMessageStartingWith("handoff.workers: workers = 'x'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.resolved(Map.of(), Map.of("HANDOFF_LISTEN", "x:y")))
                .withMessageStartingWith("HANDOFF_LISTEN: cannot listen on 'x:y'");
    }

    @ParameterizedTest
    @CsvSource({
        "handoff.workrs, handoff.workers",
        "handoff.Workers, handoff.workers",
        "handoff.workers_max, handoff.workersMax",
        "handoff.drain-limit, handoff.drain.limit",
        "HANDOFF_WORKERS, handoff.workers",
        "handoff.fiel, handoff.file",
    })
    void aPropertyThatIsNoSettingIsRefused(String name, String meant) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusterSettings.defaults().resolved(Map.of(name, "4"), Map.of()))
                .withMessage(name + " is no setting, although its name begins like those of settings, did you mean "
                        + meant + "?");
    }

    @ParameterizedTest
    @CsvSource({
        "HANDOFF_WORKRES, HANDOFF_WORKERS",
        "HANDOFF_EVENTLOOPS, HANDOFF_EVENT_LOOPS",
        "HANDOFF_STARTGIVEUP, HANDOFF_START_GIVE_UP",
        "handoff_workers, HANDOFF_WORKERS",
        "handoff.workers, HANDOFF_WORKERS",
        "HANDOFF_FILES, HANDOFF_FILE",
    })
    void aVariableThatIsNoSettingIsRefused(String name, String meant) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusterSettings.defaults().resolved(Map.of(), Map.of(name, "4")))
                .withMessage(name + " is no setting, although its name begins like those of settings, did you mean "
                        + meant + "?");
    }

    @Test
    void aNameThatIsLikeNoSettingIsRefusedWithAllThatThereAre() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusterSettings.defaults().resolved(Map.of("handoff.xyzzy", "4"), Map.of()))
                .withMessageStartingWith(
                        "handoff.xyzzy is no setting, although its name begins like those of settings; there are handoff.name, ");
    }

    /** A service of Kubernetes or Docker that is called handoff must not keep its own containers from starting. */
    @Test
    void whatOthersSayUnderThisNameIsNoMisspeltSetting() {
        Map<String, String> variables = Map.of(
                "HANDOFF_SERVICE_HOST", "10.0.0.1",
                "HANDOFF_SERVICE_PORT", "80",
                "HANDOFF_SERVICE_PORT_HTTP", "80",
                "HANDOFF_PORT", "tcp://10.0.0.1:80",
                "HANDOFF_PORT_80_TCP", "tcp://10.0.0.1:80",
                "HANDOFF_PORT_80_TCP_ADDR", "10.0.0.1",
                "HANDOFF_SHOP_SERVICE_HOST", "10.0.0.2",
                "HANDOFF_SHOP_PORT", "tcp://10.0.0.2:80",
                "HANDOFF_TEST_X", "1",
                "HANDOFFS", "1");
        Map<String, String> properties = Map.of("handoff.test.seed", "1", "handoffs", "1", "x.handoff.workers", "1");
        assertThat(ClusterSettings.defaults().resolved(properties, variables).count(Setting.CREDIT))
                .isEqualTo(64);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusterSettings.defaults().resolved(Map.of(), Map.of("HANDOFF_PORT", "8080")))
                .withMessageStartingWith("HANDOFF_PORT is no setting");
    }

    @Test
    void aValueThatTheJdkHasLostIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusterSettings.defaults().resolved(Map.of("handoff.name", "gr\ufffd"), Map.of()))
                .withMessageStartingWith(
                        "handoff.name: name = 'gr\ufffd' has characters that the locale's encoding has not");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusterSettings.defaults().option("listen", "unix:/run/gr\ufffd"))
                .withMessageContaining("has characters that the locale's encoding has not");
    }

    @Test
    void aFileWinsOverTheProgramOnly(@TempDir Path directory) throws Exception {
        String file = Files.writeString(directory.resolve("a"), """
                        # all that the program says otherwise
                        workers = 3
                        credit: 4
                        drain.limit 5m
                        name = caf\u00e9
                        """).toString();
        ClusterSettings settings = ClusterSettings.defaults()
                .with(Setting.WORKERS, 9)
                .with(Setting.CREDIT, 9)
                .with(Setting.QUEUE_MAX, 9)
                .option("start.giveUp", "7");
        ClusterSettings resolved = settings.resolved(
                Map.of("handoff.file", file, "handoff.credit", "5"), Map.of("HANDOFF_FILE", "/nowhere"));
        assertThat(resolved.count(Setting.WORKERS)).isEqualTo(3);
        assertThat(resolved.count(Setting.CREDIT)).isEqualTo(5);
        assertThat(resolved.count(Setting.QUEUE_MAX)).isEqualTo(9);
        assertThat(resolved.count(Setting.START_GIVE_UP)).isEqualTo(7);
        assertThat(resolved.duration(Setting.DRAIN_LIMIT)).isEqualTo(Duration.ofMinutes(5));
        assertThat(resolved.text(Setting.NAME)).isEqualTo("café");
        assertThat(settings.resolved(Map.of(), Map.of("HANDOFF_FILE", file, "HANDOFF_WORKERS", "2"))
                        .count(Setting.WORKERS))
                .isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            wrokers = 4             | : there is no setting 'wrokers', did you mean workers?
            workers = four          | : workers = 'four': expected a whole number
            workers                 | : workers = '': expected a whole number
            'workers=4\\nworkers=4'  | : 'workers' is set twice
            workers = \\u00zz       | : Malformed
            """)
    void whatAFileSaysWronglyIsRefusedWithItsName(String lines, String words, @TempDir Path directory)
            throws Exception {
        Path file = Files.writeString(directory.resolve("a"), lines.replace("\\n", "\n"));
        assertThatIllegalArgumentException().isThrownBy(() -> fromFile(file)).withMessageStartingWith(file + words);
    }

    @Test
    void aFileThatCannotBeReadIsRefusedWithItsName(@TempDir Path directory) throws Exception {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> fromFile(directory.resolve("none")))
                .withMessage(
                        "cannot read the settings file '" + directory.resolve("none") + "': there is no such file");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> fromFile(directory))
                .withMessageStartingWith("cannot read the settings file '" + directory + "': ")
                .withMessageContaining("Is a directory");
        Path latin1 = Files.write(directory.resolve("latin1"), new byte[] {'n', 'a', 'm', 'e', '=', (byte) 0xe9});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> fromFile(latin1))
                .withMessageStartingWith("cannot read the settings file '" + latin1 + "': ");
    }

    private static ClusterSettings fromFile(Path file) {
        return ClusterSettings.defaults().resolved(Map.of("handoff.file", file.toString()), Map.of());
    }

    @Test
    void theProgramSwitchesToo() {
        ClusterSettings off = ClusterSettings.defaults().with(Setting.JVM_DIVIDE, false);
        assertThat(ClusterSettings.defaults().isOn(Setting.JVM_DIVIDE)).isTrue();
        assertThat(off.isOn(Setting.JVM_DIVIDE)).isFalse();
        assertThat(off.option("jvm.divide", "on").isOn(Setting.JVM_DIVIDE)).isTrue();
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
    void handlersHearOfWhatWasSaidOnly() {
        ClusterSettings settings = ClusterSettings.defaults();
        assertThat(settings.saidToHandlers()).isEmpty();
        assertThat(settings.with(Setting.HTTP_HEAD, Duration.ofSeconds(5))
                        .option("http.head", "7")
                        .option("http.keepAlive", "1m")
                        .option("http.resets", "1000")
                        .option("drain.limit", "8")
                        .saidToHandlers())
                .isEqualTo(Map.of(
                        Setting.HTTP_HEAD,
                        Duration.ofSeconds(7),
                        Setting.HTTP_KEEP_ALIVE,
                        Duration.ofMinutes(1),
                        Setting.HTTP_RESETS,
                        1000));
    }

    @Test
    void theProgramsOwnPolicyYieldsToTheOperatorsOnly() {
        SchedulingPolicy own = (candidates, client) -> 0;
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

    @Test
    void descriptorsAreRead() {
        ListenOptions options = ListenOptions.parse(" fd:3 ");
        assertThat(options.descriptor()).hasValue(3);
        assertThat(options).hasToString("fd:3").isEqualTo(ListenOptions.descriptor(3));
        assertThat(ListenOptions.parse("fd:3").exclusive()).isNotEqualTo(options);
        assertThat(ListenOptions.parse(":3").descriptor()).isEmpty();
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
        "fd:",
        "fd:-1",
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
                .isThrownBy(() -> ListenOptions.descriptor(-1))
                .withMessage("descriptor -1 is out of range: expected 0 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenOptions.port(80).backlog(0))
                .withMessageContaining("expected at least 1");
    }
}
