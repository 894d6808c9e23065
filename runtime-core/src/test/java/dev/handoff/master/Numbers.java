package dev.handoff.master;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.handoff.process.Peer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * What one process has said to others and heard of them: each message has a number. It is written down as it happens, for a
 * process that ends has little time for that. Any thread may call.
 */
final class Numbers {
    private static final String TAKEN = "taken";
    private static final String HEARD = "heard";

    /**
     * The account of one process.
     *
     * @param taken by the receiver's id, the master's is 0: the numbers of what it was told to be sent
     * @param heard by the sender's id: the numbers, as they came
     */
    record Account(Map<Integer, List<Integer>> taken, Map<Integer, List<Integer>> heard) {}

    private final OutputStream journal;
    private final Map<Integer, Integer> last = new HashMap<>();
    private final Set<Integer> heardOf = new HashSet<>();

    /** One that writes to a file, which {@link #read} reads. */
    Numbers(Path file) {
        try {
            journal = Files.newOutputStream(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says the next number to somebody who can take it; a send that fails is no more than a number that is missing. */
    void say(Peer to, IntFunction<Object> message) {
        if (to.isWritable()) {
            int number = next(to.id());
            to.send(message.apply(number)).thenRun(() -> note(TAKEN, to.id(), number));
        }
    }

    private synchronized int next(int to) {
        return last.merge(to, 1, Integer::sum);
    }

    synchronized void hear(int from, int number) {
        note(HEARD, from, number);
        heardOf.add(from);
    }

    synchronized boolean hasHeard(int of) {
        return heardOf.contains(of);
    }

    private synchronized void note(String what, int id, int number) {
        try {
            journal.write((what + " " + id + " " + number + "\n").getBytes(US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Account read(Path file) throws IOException {
        Map<String, Map<Integer, List<Integer>>> all = Map.of(TAKEN, new HashMap<>(), HEARD, new HashMap<>());
        for (String line : Files.readAllLines(file)) {
            String[] words = line.split(" ", 3);
            all.getOrDefault(words[0], Map.of())
                    .computeIfAbsent(Integer.valueOf(words[1]), id -> new ArrayList<>())
                    .add(Integer.valueOf(words[2]));
        }
        return new Account(all.getOrDefault(TAKEN, Map.of()), all.getOrDefault(HEARD, Map.of()));
    }
}
