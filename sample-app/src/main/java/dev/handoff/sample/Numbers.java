package dev.handoff.sample;

/** Numbers that people write. */
final class Numbers {
    private Numbers() {}

    /**
     * Reads a whole number within limits.
     *
     * @param name what it is for, to be named in the message
     * @throws IllegalArgumentException if it is none, with a sentence for whoever wrote it
     */
    static int between(int least, int most, String name, String text) {
        if (text.matches("\\d{1,9}")) {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw new IllegalArgumentException(
                name + " takes a whole number from " + least + " to " + most + ", not '" + text + "'");
    }
}
