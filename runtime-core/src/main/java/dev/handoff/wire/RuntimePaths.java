package dev.handoff.wire;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The files of a cluster's runtime directory, which only its user can enter.
 *
 * <pre>
 *   master.lock    locked for the master's life
 *   control        Unix stream: control frames
 *   rendezvous     Unix seqpacket: lanes
 *   rendezvous-KEY Unix seqpacket: lanes of a shared listener, where the program forks
 *   channel-ID     Unix seqpacket: a worker's messages; removed when the worker has connected
 *   role-ID        a worker's role; removed when the worker has read it
 *   board/ID       a worker's page of the scoreboard
 * </pre>
 *
 * @param directory the directory itself
 */
public record RuntimePaths(Path directory) {
    private static final Pattern FILE = Pattern.compile("control|rendezvous(-\\d+)?|channel-\\d+|role-\\d+");
    private static final Pattern BOARD = Pattern.compile("\\d+");

    /** The file that a running master holds locked. */
    public Path lock() {
        return directory.resolve("master.lock");
    }

    /** The socket for control channels. */
    public Path control() {
        return directory.resolve("control");
    }

    /** The socket for lanes. */
    public Path rendezvous() {
        return directory.resolve("rendezvous");
    }

    /** The socket for a worker's messages. */
    public Path channel(int workerId) {
        return directory.resolve("channel-" + workerId);
    }

    /** A worker's role file. */
    public Path role(int workerId) {
        return directory.resolve("role-" + workerId);
    }

    /** The socket for lanes of one shared listener, where the program forks. */
    public Path rendezvous(int key) {
        return directory.resolve("rendezvous-" + key);
    }

    /** The directory of scoreboard pages. */
    public Path boards() {
        return directory.resolve("board");
    }

    /** A worker's page. */
    public Path board(int workerId) {
        return boards().resolve(Integer.toString(workerId));
    }

    /** Whether that is the name of one of the files in the directory itself, other than the lock. */
    boolean isFile(Path path) {
        return directory.equals(path.getParent()) && matches(FILE, path);
    }

    /** Whether that is the name of a worker's page. */
    boolean isBoard(Path path) {
        return boards().equals(path.getParent()) && matches(BOARD, path);
    }

    private static boolean matches(Pattern names, Path path) {
        return names.matcher(String.valueOf(path.getFileName())).matches();
    }
}
