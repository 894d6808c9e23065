package dev.handoff.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

/** The log is the test's. */
class UserCodeTest {
    private final List<Object> lines = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final UserCode code = new UserCode(logger(), failures::add);

    private Logger logger() {
        return (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    lines.add(method.getName());
                    return null;
                });
    }

    @Test
    void whatDoesNotThrowIsPassedOn() {
        assertThat(code.get("client", "fails", 1, () -> 2)).isEqualTo(2);
        assertThat(code.run("client", "fails", () -> {})).isTrue();
        assertThat(lines).isEmpty();
    }

    @Test
    void whateverIsThrownEndsThatCallAlone() {
        AssertionError error = new AssertionError("on purpose");
        IOException checked = new IOException("on purpose");
        assertThat(code.get("client", "fails", 1, () -> {
                    throw error;
                }))
                .isEqualTo(1);
        assertThat(code.run("client", "fails", () -> {
                    throw checked;
                }))
                .isFalse();
        assertThat(failures).containsExactly(error, checked);
        assertThat(lines).containsExactly("error", "error");
    }

    @Test
    void whatCannotBeDoneAboutAFailureEndsNothingEither() {
        UserCode helpless = new UserCode(logger(), failure -> {
            throw new IllegalStateException("on purpose");
        });
        assertThat(helpless.run("client", "fails", () -> {
                    throw new IllegalArgumentException("on purpose");
                }))
                .isFalse();
        assertThat(lines).containsExactly("error", "error");
    }

    /** However fast it is called, and however long the test's thread is stopped: at most so many lines for each second begun. */
    @Test
    void clientsCannotFillTheLogByWhatFails() {
        long began = System.nanoTime();
        for (int call = 0; call < 10_000; call++) {
            code.run("client", "fails", () -> {
                throw new IllegalStateException("on purpose");
            });
        }
        long seconds = (System.nanoTime() - began) / 1_000_000_000 + 1;
        assertThat(failures).hasSize(10_000);
        assertThat((long) lines.size()).isBetween(1L, seconds * UserCode.LINES_A_SECOND);
    }
}
