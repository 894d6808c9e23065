package dev.handoff.jvm;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@code -agentlib:jdwp=…} and its other spellings, taken apart. Immutable. */
public final class DebuggerFlag {
    private static final Pattern FLAG =
            Pattern.compile("(-agentlib:jdwp=|-agentpath:[^=]*jdwp[^=]*=|-Xrunjdwp:)(.*)", Pattern.DOTALL);
    private static final Pattern ADDRESS = Pattern.compile("(?:(.*):)?(\\d{1,5})");

    private final String start;
    private final Map<String, String> options;

    private DebuggerFlag(String start, Map<String, String> options) {
        this.start = start;
        this.options = options;
    }

    /** Whether a word loads the agent. */
    public static boolean isOne(String word) {
        return FLAG.matcher(word).matches();
    }

    /** Takes a word apart; empty if it is something else. */
    public static Optional<DebuggerFlag> parse(String word) {
        Matcher flag = FLAG.matcher(word);
        return flag.matches() ? Optional.of(new DebuggerFlag(flag.group(1), options(flag.group(2)))) : Optional.empty();
    }

    private static Map<String, String> options(String text) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String option : text.split(",", -1)) {
            String[] nameAndValue = option.split("=", 2);
            options.put(nameAndValue[0], nameAndValue.length == 2 ? nameAndValue[1] : "");
        }
        return options;
    }

    /**
     * A child's flag: it does not wait for a debugger, and listens. A parent that was told to connect to a development environment has the
     * only connection that this takes, so that its children listen beside, on loopback.
     *
     * @param ports the child's port in place of one that was typed
     */
    public DebuggerFlag forChild(IntUnaryOperator ports) {
        Map<String, String> changed = new LinkedHashMap<>(options);
        String address = changed.remove("address");
        boolean listens = "y".equals(changed.put("server", "y"));
        changed.put("suspend", "n");
        if (address != null) {
            changed.put("address", moved(address, listens, ports));
        }
        return new DebuggerFlag(start, changed);
    }

    private static String moved(String address, boolean listens, IntUnaryOperator ports) {
        Matcher parts = ADDRESS.matcher(address);
        if (!parts.matches()) {
            return address;
        }
        int port = ports.applyAsInt(Integer.parseInt(parts.group(2)));
        String host = listens ? parts.group(1) : "127.0.0.1";
        return host == null ? Integer.toString(port) : host + ":" + port;
    }

    /** Where it listens or connects; empty: wherever it pleases. */
    public Optional<String> address() {
        return Optional.ofNullable(options.get("address"));
    }

    @Override
    public String toString() {
        return options.entrySet().stream()
                .map(option -> option.getKey() + "=" + option.getValue())
                .collect(Collectors.joining(",", start, ""));
    }
}
