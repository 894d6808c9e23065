package dev.handoff.netty.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.IDN;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which context serves which host. The handshake (SNI) and each request ask the same question here, so that both get the same
 * answer however the name is written. Filled as a worker starts; then any thread may ask.
 */
final class TlsHosts {
    private final TlsContext usual;
    private final Map<String, TlsContext> exact = new HashMap<>();
    private final Map<String, TlsContext> below = new HashMap<>();

    /** Without hosts of their own. */
    TlsHosts(TlsContext usual) {
        this.usual = usual;
    }

    /**
     * Adds a host.
     *
     * @param pattern a name, or {@code *.} and a name for all below
     */
    void add(String pattern, TlsContext context) {
        if (pattern.startsWith("*.")) {
            below.put(normal(pattern.substring(2)), context);
        } else {
            exact.put(normal(pattern), context);
        }
    }

    /** Whether all hosts have the same context. */
    boolean isEmpty() {
        return exact.isEmpty() && below.isEmpty();
    }

    /**
     * The context for a host.
     *
     * @param name null or empty: none was named
     */
    TlsContext of(@Nullable String name) {
        if (isEmpty() || name == null || name.isEmpty()) {
            return usual;
        }
        String host = normal(name);
        TlsContext own = exact.get(host);
        return own == null ? closestAbove(host) : own;
    }

    private TlsContext closestAbove(String host) {
        for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
            TlsContext above = below.get(host.substring(dot + 1));
            if (above != null) {
                return above;
            }
        }
        return usual;
    }

    /** One spelling for each name: no escapes, lower case, letters of other scripts as DNS has them, no dot at the end. */
    private static String normal(String name) {
        String ascii = ascii(name.indexOf('%') < 0 ? name : unescaped(name)).toLowerCase(Locale.ROOT);
        int end = ascii.length();
        while (end > 0 && ascii.charAt(end - 1) == '.') {
            end--;
        }
        return ascii.substring(0, end);
    }

    private static String ascii(String name) {
        try {
            return IDN.toASCII(name, IDN.ALLOW_UNASSIGNED);
        } catch (IllegalArgumentException noNameOfDns) {
            return name;
        }
    }

    private static boolean isEscape(String name, int at) {
        return name.charAt(at) == '%'
                && at + 2 < name.length()
                && HexFormat.isHexDigit(name.charAt(at + 1))
                && HexFormat.isHexDigit(name.charAt(at + 2));
    }

    private static String unescaped(String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(name.length());
        int at = 0;
        while (at < name.length()) {
            boolean escaped = isEscape(name, at);
            bytes.write(escaped ? Integer.parseInt(name, at + 1, at + 3, 16) : name.charAt(at));
            at += escaped ? 3 : 1;
        }
        return bytes.toString(UTF_8);
    }
}
