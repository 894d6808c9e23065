package dev.handoff.examples;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Signal;

/** What Node's {@code process} does, from a JVM: environment, signals, uncaught exceptions, and a tidy end. */
public final class Myself {
    private Myself() {}

    /** Sends itself a signal, fails, and ends with a code of its own. */
    public static void main(String[] arguments) {
        CurrentProcess.env().put("GREETING", "hello");
        System.out.print(
                "my children see " + ChildProcess.execSync("echo $GREETING").stdout());

        CurrentProcess.onUncaughtException((failure, thread) -> {
            System.out.println("caught " + failure.getMessage() + " on " + thread.getName());
            CurrentProcess.exitCode(4);
        });
        CurrentProcess.onExit(code -> System.out.println("leaves with " + code));

        // It lives, and keeps this process alive, until it is killed.
        ChildProcess child = ChildProcess.spawn("sleep", "60");
        child.onExit(status -> {
            throw new IllegalStateException("a mistake");
        });
        CurrentProcess.onSignal(Signal.TERM, () -> {
            System.out.println("heard TERM, ends its child: " + child.kill());
        });
        CurrentProcess.kill(CurrentProcess.pid(), Signal.TERM);
    }
}
