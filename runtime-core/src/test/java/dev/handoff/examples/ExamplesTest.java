package dev.handoff.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Output;
import dev.handoff.process.SpawnOptions;
import org.junit.jupiter.api.Test;

class ExamplesTest {
    private static Output run(Class<?> main) {
        return ChildProcess.spawnSync(SpawnOptions.ofMain(main).jvmArgs("-Xmx64m", "-XX:TieredStopAtLevel=1"));
    }

    @Test
    void childrenAreRunStreamedAndAsked() {
        Output output = run(Children.class);
        assertThat(output.stdout())
                .isEqualTo("collected\nstreamed\nthe shell ended with exit code 3\nthe child says 5050\n");
        assertThat(output.status().isSuccess()).isTrue();
    }

    @Test
    void aProcessKnowsItselfAndLeavesTidily() {
        Output output = run(Myself.class);
        assertThat(output.stdout())
                .isEqualTo(
                        "my children see hello\nheard TERM, ends its child: true\ncaught a mistake on handoff-events\nleaves with 4\n");
        assertThat(output.status()).isEqualTo(new ExitStatus.Exited(4));
    }
}
