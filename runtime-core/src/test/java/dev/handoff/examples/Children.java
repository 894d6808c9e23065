package dev.handoff.examples;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import java.time.Duration;

/** What Node's {@code child_process} does, from a JVM: run, stream, and talk to a child. */
public final class Children {
    private Children() {}

    record Task(int from, int to) {}

    /** Runs in three children; the third is this class once more. */
    public static void main(String[] arguments) {
        if (arguments.length > 0) {
            sumUp();
            return;
        }
        System.out.print(ChildProcess.execFileSync("echo", "collected").stdout());

        ChildProcess streaming = ChildProcess.spawn("sh", "-c", "echo streamed; exit 3");
        streaming.stdout().onLine(System.out::println);
        streaming.onClose(status -> {
            System.out.println("the shell ended with " + status);
            askAChild();
        });
    }

    private static void askAChild() {
        ChildProcess child =
                ChildProcess.fork(SpawnOptions.ofMain(Children.class, "sum").stdio(Stdio.inherit()));
        child.request(new Task(1, 100), Integer.class, Duration.ofSeconds(20)).thenAccept(sum -> {
            System.out.println("the child says " + sum);
            child.disconnect();
        });
    }

    private static void sumUp() {
        CurrentProcess.onMessage(request -> {
            Task task = request.as(Task.class);
            request.answer((task.from() + task.to()) * (task.to() - task.from() + 1) / 2);
        });
    }
}
