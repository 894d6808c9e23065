package dev.handoff.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Bytes in, whole lines out. A carriage return before the line's end is dropped; of a line longer than the limit the
 * beginning is kept and the rest counted. One thread.
 */
final class LineSplitter {
    private final byte[] line;
    private int length;
    private long cut;

    /**
     * A splitter.
     *
     * @param limit bytes of a line that are kept
     */
    LineSplitter(int limit) {
        line = new byte[limit];
    }

    /** The lines that end in these bytes. */
    List<String> take(byte[] bytes, int count) {
        List<String> lines = new ArrayList<>();
        for (int begin = 0; begin < count; ) {
            int end = indexOfNewline(bytes, begin, count);
            add(bytes, begin, end);
            if (end < count) {
                lines.add(endLine());
            }
            begin = end + 1;
        }
        return lines;
    }

    /** What stands after the last line's end, once nothing more will come. */
    Optional<String> rest() {
        return length == 0 && cut == 0 ? Optional.empty() : Optional.of(endLine());
    }

    private static int indexOfNewline(byte[] bytes, int begin, int end) {
        int i = begin;
        while (i < end && bytes[i] != '\n') {
            i++;
        }
        return i;
    }

    private void add(byte[] bytes, int begin, int end) {
        int kept = Math.min(end - begin, line.length - length);
        System.arraycopy(bytes, begin, line, length, kept);
        length += kept;
        cut += end - begin - kept;
    }

    private String endLine() {
        boolean carriageReturn = cut == 0 && length > 0 && line[length - 1] == '\r';
        int end = carriageReturn ? length - 1 : cut == 0 ? length : wholeCharacters();
        String text = OutputLine.text(line, end);
        String marked = cut == 0 ? text : text + " … [" + (cut + length - end) + " bytes cut]";
        length = 0;
        cut = 0;
        return marked;
    }

    /** A cut must not go through a character: its first bytes would look like garbage. */
    private int wholeCharacters() {
        int start = length - 1;
        while (start > Math.max(0, length - 4) && (line[start] & 0xc0) == 0x80) {
            start--;
        }
        int lead = line[start] & 0xff;
        int needed = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
        return start + needed > length ? start : length;
    }
}
