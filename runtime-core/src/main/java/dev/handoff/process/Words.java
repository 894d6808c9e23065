package dev.handoff.process;

import dev.handoff.process.spi.Utf8;

/** Checks words and variables for a new process: they have no null byte, and can be written in UTF-8. */
final class Words {
    private static final String START = "cannot start a process: ";

    private Words() {}

    /**
     * Checks a word.
     *
     * @param what it is, for the message, such as {@code an argument}
     * @throws IllegalArgumentException naming it, and the index of the fault
     */
    static void check(String what, String word) {
        check(START, what, word);
    }

    /**
     * Refuses what cannot be one.
     *
     * @param cannot the beginning of the message: what cannot be done
     * @param what as in the other
     * @throws IllegalArgumentException naming it, and where it is wrong
     */
    static void check(String cannot, String what, String word) {
        int end = word.indexOf('\0');
        if (end >= 0) {
            throw refusal(cannot, what, word, "has a null byte at index " + end + ", where the kernel would cut it");
        }
        int half = Utf8.indexOfHalf(word);
        if (half >= 0) {
            String why = "has half a character at index " + half + ", a surrogate without the other one";
            throw refusal(cannot, what, word, why);
        }
    }

    /**
     * Refuses what cannot be a variable.
     *
     * @param isInherited whether there is one of that name already: then the name may begin with an equals sign, as few have
     * @throws IllegalArgumentException naming it, and where it is wrong
     */
    static void checkVariable(String name, String value, boolean isInherited) {
        if (name.isEmpty() || name.indexOf('=', isInherited ? 1 : 0) >= 0) {
            throw new IllegalArgumentException(
                    "cannot set the variable \"" + name + "\": a name has at least one character and no '='");
        }
        check("the variable", name);
        check("the variable " + name, value);
    }

    private static IllegalArgumentException refusal(String cannot, String what, String word, String why) {
        return new IllegalArgumentException(cannot + what + " \"" + word.replace("\0", "\\0") + "\" " + why);
    }
}
