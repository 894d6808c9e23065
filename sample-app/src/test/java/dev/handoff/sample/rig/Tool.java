package dev.handoff.sample.rig;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.Signal;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A program that somebody else wrote, at work.
 *
 * @param name for messages
 */
public record Tool(String name, Process process, Output output) {
    private static final int LIMIT_SECONDS = 300;

    /** Starts it. A tool that is not installed fails the test. */
    public static Tool start(String... command) {
        try {
            Process process = new ProcessBuilder(command).start();
            return new Tool(command[0], process, new Output(process));
        } catch (IOException e) {
            throw new AssertionError(command[0] + " is missing, and this test needs it: " + e.getMessage(), e);
        }
    }

    /** Runs it to its end, which has to be a good one, and gives what it printed. */
    public static String run(String... command) {
        return start(command).finish();
    }

    /** Interrupts it, which a tool takes for the end of its task: it must have been at it until now. */
    public String interrupt() {
        assertThat(process.isAlive())
                .as("%s is at work:%n%s", name, output.text())
                .isTrue();
        RunningCluster.send(process.pid(), Signal.INT);
        return finish();
    }

    /** Waits for its end, which has to be a good one, and gives what it printed. */
    public String finish() {
        try {
            boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                process.toHandle().destroyForcibly();
            }
            output.awaitEnd();
            assertThat(ended)
                    .as("%s ends within %d s:%n%s", name, LIMIT_SECONDS, output.text())
                    .isTrue();
        } catch (InterruptedException e) {
            process.toHandle().destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + name, e);
        }
        assertThat(process.exitValue())
                .as("exit code of %s:%n%s", name, output.text())
                .isZero();
        return output.text();
    }
}
