package dev.handoff.launch;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.handoff.cluster.StartException;
import org.junit.jupiter.api.Test;

class RepeatableProgramTest {
    private static final StackTraceElement SERVER = frame("dev.handoff.netty.ClusterServer", "run");

    private static StackTraceElement frame(String type, String method) {
        return new StackTraceElement(type, method, "Some.java", 1);
    }

    private static StackTraceElement[] stack(StackTraceElement... frames) {
        return frames;
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
        assertThatThrownBy(() ->
                        RepeatableProgram.check(stack(SERVER, frame("java.lang.Thread", "run")), "pool-1-thread-1"))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("the thread 'pool-1-thread-1'");
    }

    @Test
    void acceptsAProgramsOwnMain() {
        assertThatCode(() -> RepeatableProgram.check(stack(SERVER, frame("com.acme.Main", "main")), "main"))
                .doesNotThrowAnyException();
    }
}
