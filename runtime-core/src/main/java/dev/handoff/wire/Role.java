package dev.handoff.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What makes a process a worker: words that its master has written to a {@link RoleFile}. They are valid only for the master's own
 * child, so that every program that a worker starts is a master again.
 *
 * @param masterPid the master's process id
 * @param masterStart when the master started, in clock ticks since boot, because pids are reused; proc(5), stat field 22
 * @param workerId the worker's id
 * @param slot its slot, from 1; its id where the program forks
 * @param generation the generation it belongs to, from 1; 0 where the program forks
 * @param directory the cluster's runtime directory
 * @param token the proof that it sends with its hellos
 */
public record Role(
        long masterPid, long masterStart, int workerId, int slot, int generation, Path directory, Token token) {
    private static final String MASTER = "MASTER";
    private static final String WORKER = "WORKER";
    private static final String DIRECTORY = "DIRECTORY";
    private static final String TOKEN = "TOKEN";

    /** The role of a worker that this process is about to start. */
    public static Role ofChild(int workerId, int slot, int generation, Path directory, Token token) {
        long master = ProcessHandle.current().pid();
        return new Role(master, startOf(master), workerId, slot, generation, directory, token);
    }

    /** Whether the program itself has forked this worker: the master does not replace it, and it asks for its listeners. */
    public boolean isForked() {
        return generation == 0;
    }

    /** The words of its role file. */
    Map<String, String> toMap() {
        return Map.of(
                MASTER,
                masterPid + ":" + masterStart,
                WORKER,
                workerId + ":" + slot + ":" + generation,
                DIRECTORY,
                directory.toString(),
                TOKEN,
                token.toHex());
    }

    /**
     * The role of this process.
     *
     * @return empty if it is a master
     * @throws OrphanException if it was started as a worker, but its master is gone
     */
    public static Optional<Role> ofThisProcess() {
        return of(RoleFile.ofThisProcess(), parentPid());
    }

    static Optional<Role> of(Map<String, String> words, long parentPid) {
        String master = words.get(MASTER);
        String worker = words.get(WORKER);
        String directory = words.get(DIRECTORY);
        String token = words.get(TOKEN);
        if (master == null || worker == null || directory == null || token == null) {
            return Optional.empty();
        }
        long[] process = numbers(MASTER, master, 2);
        long[] place = numbers(WORKER, worker, 3);
        if (Arrays.stream(place).anyMatch(number -> number != (int) number)) {
            throw malformed(WORKER, worker, null);
        }
        Role role = new Role(
                process[0],
                process[1],
                (int) place[0],
                (int) place[1],
                (int) place[2],
                Path.of(directory),
                token(token));
        if (startOf(role.masterPid) != role.masterStart) {
            throw new OrphanException(role.workerId, role.masterPid);
        }
        return role.masterPid == parentPid ? Optional.of(role) : Optional.empty();
    }

    /** The token's text stays out of the exception: see {@link Token}. */
    private static Token token(String hex) {
        try {
            return Token.parse(hex);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("the role has a " + TOKEN + " that no master writes", e);
        }
    }

    private static long[] numbers(String word, String value, int count) {
        try {
            long[] numbers = Arrays.stream(value.split(":", -1))
                    .mapToLong(Long::parseLong)
                    .toArray();
            if (numbers.length == count) {
                return numbers;
            }
        } catch (NumberFormatException e) {
            throw malformed(word, value, e);
        }
        throw malformed(word, value, null);
    }

    private static IllegalStateException malformed(String word, String value, @Nullable Throwable cause) {
        return new IllegalStateException("the role has " + word + "=" + value + ", which no master writes", cause);
    }

    private static long parentPid() {
        return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
    }

    /** When a process started, in clock ticks since boot; -1 if there is none with that pid, or it has ended. */
    public static long startOf(long pid) {
        try {
            // The name, field 2, is in parentheses and may be any bytes: count from its end.
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            // A zombie (Z) keeps its pid until its parent has waited for it, but it has ended.
            return fields[0].equals("Z") ? -1 : Long.parseLong(fields[22 - 3]);
        } catch (IOException e) {
            return -1;
        }
    }

    /** This process was started as a worker, and its master ended before it could say hello. */
    public static final class OrphanException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OrphanException(int workerId, long masterPid) {
            super("worker " + workerId + " was started by master " + masterPid
                    + ", which is gone: there is nothing to work for");
        }
    }
}
