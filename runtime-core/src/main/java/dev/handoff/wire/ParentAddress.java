package dev.handoff.wire;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where the parent of a forked process waits for it: a word in the child's {@link RoleFile}. It is valid only for the parent's own
 * child.
 *
 * @param parentPid the parent's process id
 * @param parentStart when the parent started, for pids are reused: see {@link Role#startOf}
 * @param token the proof for the hello
 * @param socket where the parent listens
 */
record ParentAddress(long parentPid, long parentStart, Token token, Path socket) {
    private static final String WORD = "CHANNEL";
    private static final int PARTS = 4;

    /** The address of a parent that has closed its socket. */
    static ParentAddress ended(long parentPid, long parentStart, Path removed) {
        return new ParentAddress(parentPid, parentStart, new Token(0, 0), removed);
    }

    Map<String, String> toMap() {
        return Map.of(WORD, parentPid + ":" + parentStart + ":" + token.toHex() + ":" + socket);
    }

    /**
     * Reads an address.
     *
     * @return empty if there is none, or it is for the child of another process
     */
    static Optional<ParentAddress> of(Map<String, String> words, long parentPid) {
        String text = words.get(WORD);
        return text == null ? Optional.empty() : Optional.of(parse(text)).filter(each -> each.isFrom(parentPid));
    }

    private static ParentAddress parse(String text) {
        String[] parts = text.split(":", PARTS);
        try {
            return new ParentAddress(
                    Long.parseLong(parts[0]), Long.parseLong(parts[1]), Token.parse(parts[2]), Path.of(parts[3]));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalStateException("the role has a " + WORD + " that no parent writes", e);
        }
    }

    private boolean isFrom(long pid) {
        return parentPid == pid && Role.startOf(pid) == parentStart;
    }
}
