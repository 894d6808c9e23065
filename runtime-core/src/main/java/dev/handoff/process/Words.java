package dev.handoff.process;

/** Checks words and variables for a new process: they have no null byte, and can be written in UTF-8. */
final class Words {
    private Words() {}

    /**
     * Checks a word.
     *
     * @param what it is, for the message, such as {@code an argument}
     * @throws IllegalArgumentException naming it, and the index of the fault
     */
    static void check(String what, String word) {
        int end = word.indexOf('\0');
        if (end >= 0) {
            throw refusal(what, word, "has a null byte at index " + end + ", where the kernel would cut it");
        }
        int half = indexOfHalf(word);
        if (half >= 0) {
            throw refusal(what, word, "has half a character at index " + half + ", a surrogate without the other one");
        }
    }

    private static IllegalArgumentException refusal(String what, String word, String why) {
        return new IllegalArgumentException(
                "cannot start a process: " + what + " \"" + word.replace("\0", "\\0") + "\" " + why);
    }

    private static int indexOfHalf(String word) {
        for (int i = 0; i < word.length(); i++) {
            int character = word.codePointAt(i);
            if (Character.isSupplementaryCodePoint(character)) {
                i++;
            } else if (Character.isSurrogate((char) character)) {
                return i;
            }
        }
        return -1;
    }
}
