package dev.handoff.master;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.handoff.process.Peer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** What one process has said to others and heard of them: each message has a number. Any thread may call. */
final class Numbers {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * The account of one process.
     *
     * @param taken by the receiver's id, the master's is 0: the numbers of what it was told to be sent
     * @param heard by the sender's id: the numbers, as they came
     */
    record Account(Map<Integer, List<Integer>> taken, Map<Integer, List<Integer>> heard) {}

    private final Map<Integer, Integer> last = new HashMap<>();
    private final Map<Integer, List<Integer>> taken = new HashMap<>();
    private final Map<Integer, List<Integer>> heard = new HashMap<>();

    /** Says the next number to somebody who can take it; a send that fails is no more than a number that is missing. */
    void say(Peer to, IntFunction<Object> message) {
        if (to.isWritable()) {
            int number = next(to.id());
            to.send(message.apply(number)).thenRun(() -> note(taken, to.id(), number));
        }
    }

    private synchronized int next(int to) {
        return last.merge(to, 1, Integer::sum);
    }

    void hear(int from, int number) {
        note(heard, from, number);
    }

    synchronized boolean hasHeard(int of) {
        return heard.containsKey(of);
    }

    private synchronized void note(Map<Integer, List<Integer>> all, int id, int number) {
        all.computeIfAbsent(id, any -> new ArrayList<>()).add(number);
    }

    synchronized Account account() {
        return new Account(copy(taken), copy(heard));
    }

    private static Map<Integer, List<Integer>> copy(Map<Integer, List<Integer>> lists) {
        Map<Integer, List<Integer>> copies = new HashMap<>();
        lists.forEach((id, numbers) -> copies.put(id, List.copyOf(numbers)));
        return copies;
    }

    /** Closes what it writes to. */
    void write(OutputStream out) throws IOException {
        JSON.writeValue(out, account());
    }

    static Account read(Path file) throws IOException {
        return JSON.readValue(file.toFile(), Account.class);
    }
}
