package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.handoff.cluster.StartException;
import org.junit.jupiter.api.Test;

class RepeatableProgramTest {
    private static final StackTraceElement[] PROGRAM = {frame("dev.handoff.netty.ClusterServer"), frame("com.acme.Main")
    };

    private static StackTraceElement frame(String type) {
        return new StackTraceElement(type, "main", "Main.java", 1);
    }

    @Test
    void refusesInsideARunner() {
        assertThatThrownBy(RepeatableProgram::check)
                .isInstanceOf(StartException.class)
                .hasMessageContaining("org.junit.")
                .hasMessageContaining("workerMain(Class)");
    }

    @Test
    void refusesOffTheMainThread() {
        assertThatThrownBy(() -> RepeatableProgram.check(PROGRAM, "pool-1-thread-1", false))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("the thread 'pool-1-thread-1'");
    }

    @Test
    void acceptsAProgramsOwnMain() {
        assertThatCode(() -> RepeatableProgram.check(PROGRAM, "main", true)).doesNotThrowAnyException();
    }
}
