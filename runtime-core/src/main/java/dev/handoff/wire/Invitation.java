package dev.handoff.wire;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What tells a forked process where its parent waits for it: a variable in its environment. It holds only for the parent's own
 * child, so that a grandchild, which inherits it because a JVM cannot take variables out of its environment, has none.
 *
 * @param parentPid the parent's process id
 * @param parentStart when the parent started, for pids are reused: see {@link Role#startOf}
 * @param token the proof for the hello
 * @param socket where the parent listens
 */
record Invitation(long parentPid, long parentStart, Token token, Path socket) {
    private static final String VARIABLE = "HANDOFF_CHANNEL";
    private static final int PARTS = 4;

    Map<String, String> toEnvironment() {
        return Map.of(VARIABLE, parentPid + ":" + parentStart + ":" + token.toHex() + ":" + socket);
    }

    /**
     * Reads one.
     *
     * @return nothing if there is none, or it was for another process
     */
    static Optional<Invitation> of(Map<String, String> environment, long parentPid) {
        String text = environment.get(VARIABLE);
        return text == null ? Optional.empty() : Optional.of(parse(text)).filter(each -> each.isFrom(parentPid));
    }

    private static Invitation parse(String text) {
        String[] parts = text.split(":", PARTS);
        try {
            return new Invitation(
                    Long.parseLong(parts[0]), Long.parseLong(parts[1]), Token.parse(parts[2]), Path.of(parts[3]));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalStateException(
                    "the environment has " + VARIABLE + " with a value that no parent sets: take it out", e);
        }
    }

    private boolean isFrom(long pid) {
        return parentPid == pid && Role.startOf(pid) == parentStart;
    }
}
