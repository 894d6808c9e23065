package dev.handoff.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.handoff.netty.http.Ascii;
import dev.handoff.netty.http.FriendAccess;
import dev.handoff.netty.http.HeadWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The header fields of a request or a response. Immutable; any thread may use it.
 *
 * <p>Names ignore case, and order is kept. A name must be a token; a value may hold visible characters, blanks, tabs and
 * ISO-8859-1 letters, and nothing that could end a line: anything else is refused with an
 * {@link IllegalArgumentException}. Source: RFC 9110, section 5.
 */
public final class Headers {
    static {
        FriendAccess.HEADERS.open(new FriendAccess.OfHeaders() {
            @Override
            public Headers of(byte[] block, int start, int end, int[] slots, int count) {
                return new Headers(block, start, end, slots, count);
            }

            @Override
            public void write(Headers headers, HeadWriter out) {
                out.add(headers.block, headers.start, headers.end - headers.start);
            }
        });
    }

    private static final int SLOTS_PER_FIELD = FriendAccess.OfHeaders.SLOTS_PER_FIELD;
    private static final Headers EMPTY = new Headers(new byte[0], 0, 0, new int[0], 0);

    /* The fields as they stand on the wire, "Name: value\r\n" each: what arrived is not copied into strings
     * before a handler asks for them, and what leaves is copied as it is. */
    private final byte[] block;
    private final int start;
    private final int end;

    /* For each field where name and value begin and end in the block. */
    private final int[] slots;
    private final int count;

    private Headers(byte[] block, int start, int end, int[] slots, int count) {
        this.block = block;
        this.start = start;
        this.end = end;
        this.slots = slots;
        this.count = count;
    }

    /**
     * Header fields in this order.
     *
     * @param namesAndValues a name, its value, the next name …
     * @throws IllegalArgumentException if a value is missing, or a name or value holds a character it must not
     */
    public static Headers of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "a value is missing for header " + namesAndValues[namesAndValues.length - 1]);
        }
        Headers headers = EMPTY;
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers = headers.with(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    /** The value of the first field of that name. */
    public Optional<String> get(String name) {
        int field = find(name, 0);
        return field < 0 ? Optional.empty() : Optional.of(value(field));
    }

    /** The values of all fields of that name, in order; empty if there is none. */
    public List<String> all(String name) {
        List<String> values = new ArrayList<>();
        for (int field = find(name, 0); field >= 0; field = find(name, field + 1)) {
            values.add(value(field));
        }
        return List.copyOf(values);
    }

    /** Calls the consumer with name and value of each field, in order. */
    public void forEach(BiConsumer<String, String> consumer) {
        for (int field = 0; field < count; field++) {
            consumer.accept(name(field), value(field));
        }
    }

    /**
     * These, and one more at the end.
     *
     * @throws IllegalArgumentException if the name or value holds a character it must not
     */
    public Headers with(String name, String value) {
        check(name, value);
        int size = end - start;
        byte[] line = (name + ": " + value + "\r\n").getBytes(ISO_8859_1);
        byte[] larger = Arrays.copyOf(Arrays.copyOfRange(block, start, end), size + line.length);
        System.arraycopy(line, 0, larger, size, line.length);
        int[] moved = Arrays.copyOf(slots, (count + 1) * SLOTS_PER_FIELD);
        for (int i = 0; i < count * SLOTS_PER_FIELD; i++) {
            moved[i] -= start;
        }
        int slot = count * SLOTS_PER_FIELD;
        moved[slot] = size;
        moved[slot + 1] = size + name.length();
        moved[slot + 2] = size + name.length() + 2;
        moved[slot + 3] = size + name.length() + 2 + value.length();
        return new Headers(larger, 0, larger.length, moved, count + 1);
    }

    /** These without all fields of that name. */
    public Headers without(String name) {
        Headers left = EMPTY;
        for (int field = 0; field < count; field++) {
            if (!isNamed(field, name)) {
                left = left.with(name(field), value(field));
            }
        }
        return left;
    }

    /** The fields as lines {@code Name: value}. */
    @Override
    public String toString() {
        return new String(block, start, end - start, ISO_8859_1);
    }

    /** Whether there is a field of that name. */
    public boolean contains(String name) {
        return find(name, 0) >= 0;
    }

    private int find(String name, int from) {
        for (int field = from; field < count; field++) {
            if (isNamed(field, name)) {
                return field;
            }
        }
        return -1;
    }

    private boolean isNamed(int field, String name) {
        int at = slots[field * SLOTS_PER_FIELD];
        int length = slots[field * SLOTS_PER_FIELD + 1] - at;
        if (length != name.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (Ascii.lower(block[at + i]) != Ascii.lower(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private String name(int field) {
        return string(field * SLOTS_PER_FIELD);
    }

    private String value(int field) {
        return string(field * SLOTS_PER_FIELD + 2);
    }

    private String string(int slot) {
        return new String(block, slots[slot], slots[slot + 1] - slots[slot], ISO_8859_1);
    }

    private static void check(String name, String value) {
        if (name.isEmpty() || !name.chars().allMatch(c -> c < 0x80 && Ascii.isToken((byte) c))) {
            throw new IllegalArgumentException("not a header name: \"" + Ascii.printable(name)
                    + "\"; letters, digits and !#$%&'*+-.^_`|~ may stand in one");
        }
        if (!value.chars().allMatch(c -> c <= 0xff && Ascii.isFieldValue((byte) c))) {
            throw new IllegalArgumentException("the value of header " + name
                    + " holds a character that may not stand there: \"" + Ascii.printable(value) + "\"");
        }
        if (!value.equals(value.strip())) {
            throw new IllegalArgumentException(
                    "the value of header " + name + " begins or ends with a blank: \"" + Ascii.printable(value) + "\"");
        }
    }
}
