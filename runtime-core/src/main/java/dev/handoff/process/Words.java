package dev.handoff.process;

/** What a process can be given: words and variables without a null byte, which can be written in UTF-8. */
final class Words {
    private Words() {}

    /**
     * Refuses what cannot be one.
     *
     * @param what for the message, such as {@code an argument}
     * @throws IllegalArgumentException naming it, and where it is wrong
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
