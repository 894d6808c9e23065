package dev.handoff.wire;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What tells a forked process where its parent waits for it: a word in its {@link RoleFile}. It holds only for the parent's own
 * child.
 *
 * @param parentPid the parent's process id
 * @param parentStart when the parent started, for pids are reused: see {@link Role#startOf}
 * @param token the proof for the hello
 * @param socket where the parent listens
 */
record Invitation(long parentPid, long parentStart, Token token, Path socket) {
    private static final String WORD = "CHANNEL";
    private static final int PARTS = 4;

    /** One of a parent that waits no more. */
    static Invitation ended(long parentPid, long parentStart, Path removed) {
        return new Invitation(parentPid, parentStart, new Token(0, 0), removed);
    }

    Map<String, String> toMap() {
        return Map.of(WORD, parentPid + ":" + parentStart + ":" + token.toHex() + ":" + socket);
    }

    /**
     * Reads one.
     *
     * @return nothing if there is none, or it was for another process
     */
    static Optional<Invitation> of(Map<String, String> words, long parentPid) {
        String text = words.get(WORD);
        return text == null ? Optional.empty() : Optional.of(parse(text)).filter(each -> each.isFrom(parentPid));
    }

    private static Invitation parse(String text) {
        String[] parts = text.split(":", PARTS);
        try {
            return new Invitation(
                    Long.parseLong(parts[0]), Long.parseLong(parts[1]), Token.parse(parts[2]), Path.of(parts[3]));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalStateException("the role has a " + WORD + " that no parent writes", e);
        }
    }

    private boolean isFrom(long pid) {
        return parentPid == pid && Role.startOf(pid) == parentStart;
    }
}
