package dev.handoff.master;

import dev.handoff.cluster.CurrentWorker;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Message;
import dev.handoff.wire.Role;
import java.nio.file.Path;
import java.util.List;

/** A worker that says numbers to its master and to all other workers, and writes down what it has said and heard. */
public final class NumberingWorker {
    /**
     * What is said.
     *
     * @param number from 1, for each pair
     * @param workers the ids there are, where the master says it
     */
    record Numbered(int number, List<Integer> workers) {}

    private static final Numbers NUMBERS = new Numbers(Path.of(System.getProperty("accounts"))
            .resolve(Integer.toString(Role.ofThisProcess().orElseThrow().workerId())));
    private static volatile List<Integer> workers = List.of();

    private NumberingWorker() {}

    /** Serves, and talks meanwhile. */
    public static void main(String[] args) throws Exception {
        CurrentProcess.onMessage(NumberingWorker::hear);
        TestWorker.main(args);
    }

    private static void hear(Message message) {
        Numbered numbered = message.as(Numbered.class);
        int from = message.sender().id();
        NUMBERS.hear(from, numbered.number());
        if (from == 0) {
            if (workers.isEmpty()) {
                begin();
            }
            workers = numbered.workers();
        }
    }

    private static void begin() {
        Thread talking = new Thread(NumberingWorker::talk, "talking");
        talking.setDaemon(true);
        talking.start();
    }

    private static void talk() {
        try {
            // The master speaks before.
            CurrentWorker self = TestWorker.WELCOMED.join();
            while (true) {
                NUMBERS.say(self.master(), number -> new Numbered(number, List.of()));
                for (int worker : workers) {
                    if (worker != self.id()) {
                        NUMBERS.say(self.peer(worker), number -> new Numbered(number, List.of()));
                    }
                }
                Thread.sleep(2);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
