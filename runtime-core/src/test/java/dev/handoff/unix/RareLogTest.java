package dev.handoff.unix;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.helpers.MessageFormatter;

/** The log and the clock are the test's. */
class RareLogTest {
    private static final long SECOND = 1_000_000_000;

    private final List<String> lines = new ArrayList<>();

    private Logger logger() {
        return (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    lines.add(MessageFormatter.arrayFormat(
                                    (String) arguments[0], new Object[] {arguments[1], arguments[2]})
                            .getMessage());
                    return null;
                });
    }

    @Test
    void oneLineASecondSaysHowManyItStandsFor() {
        RareLog log = new RareLog(logger());
        log.warn("a", -SECOND);
        log.warn("b", -SECOND + 1);
        log.warn("c", -1);
        log.warn("d", 0);
        log.warn("e", SECOND);
        assertThat(lines).containsExactly("a", "d (and 2 more since the last line)", "e");
    }

    @Test
    void orSoManyAsWereWanted() {
        RareLog log = new RareLog(logger(), 2);
        for (String line : List.of("a", "b", "c")) {
            log.warn(line, 0);
        }
        log.warn("d", SECOND);
        log.warn("e", SECOND);
        assertThat(lines).containsExactly("a", "b", "d (and 1 more since the last line)", "e");
    }
}
