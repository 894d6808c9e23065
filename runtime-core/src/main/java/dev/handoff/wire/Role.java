package dev.handoff.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What makes a process a worker: variables in its environment. They hold only for the master's own children, so that a
 * grandchild, which inherits them because a JVM cannot take variables out of its environment, is a master again.
 *
 * @param masterPid the master's process id
 * @param masterStart when the master started, in clock ticks since boot, for pids are reused; proc(5), stat field 22
 * @param workerId the worker's id
 * @param slot the place it fills, from 1
 * @param generation the generation it belongs to, from 1
 * @param directory the cluster's runtime directory
 * @param token the proof for its hellos
 */
public record Role(
        long masterPid, long masterStart, int workerId, int slot, int generation, Path directory, Token token) {
    private static final String MASTER = "HANDOFF_MASTER";
    private static final String WORKER = "HANDOFF_WORKER";
    private static final String DIRECTORY = "HANDOFF_DIRECTORY";
    private static final String TOKEN = "HANDOFF_TOKEN";

    /** The variables to start the worker with. */
    public Map<String, String> toEnvironment() {
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
     * @return nothing if it is a master
     * @throws OrphanException if it was started as a worker, but its master is gone
     */
    public static Optional<Role> ofThisProcess() {
        return of(System.getenv(), parentPid());
    }

    static Optional<Role> of(Map<String, String> environment, long parentPid) {
        String master = environment.get(MASTER);
        String worker = environment.get(WORKER);
        String directory = environment.get(DIRECTORY);
        String token = environment.get(TOKEN);
        if (master == null || worker == null || directory == null || token == null) {
            return Optional.empty();
        }
        String[] process = master.split(":", -1);
        String[] place = worker.split(":", -1);
        Role role = new Role(
                Long.parseLong(process[0]),
                Long.parseLong(process[1]),
                Integer.parseInt(place[0]),
                Integer.parseInt(place[1]),
                Integer.parseInt(place[2]),
                Path.of(directory),
                Token.parse(token));
        if (role.masterPid == parentPid) {
            return Optional.of(role);
        }
        if (!role.masterLives()) {
            throw new OrphanException(role);
        }
        return Optional.empty();
    }

    private boolean masterLives() {
        return ProcessHandle.of(masterPid).isPresent() && startOf(masterPid) == masterStart;
    }

    private static long parentPid() {
        return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
    }

    /** When a process started, in clock ticks since boot; -1 if there is none with that pid. */
    public static long startOf(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // The name, field 2, is in parentheses and may contain anything: count from its end.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Long.parseLong(fields[22 - 3]);
        } catch (IOException e) {
            return -1;
        }
    }

    /** This process was started as a worker, and its master has gone before it could say hello. */
    public static final class OrphanException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OrphanException(Role role) {
            super("worker " + role.workerId + " was started by master " + role.masterPid
                    + ", which is gone: there is nobody to work for");
        }
    }
}
