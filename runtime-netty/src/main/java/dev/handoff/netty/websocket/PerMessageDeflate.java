package dev.handoff.netty.websocket;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Agrees on the compression of a WebSocket's messages. Both sides begin anew with each message, so that a WebSocket that is at
 * rest holds no memory for it. Source: RFC 7692, section 7.
 */
public final class PerMessageDeflate {
    /** The field in which client and server agree. */
    public static final String EXTENSIONS = "Sec-WebSocket-Extensions";

    private static final String NAME = "permessage-deflate";
    private static final String SERVER_WINDOW = "server_max_window_bits";
    private static final String CLIENT_WINDOW = "client_max_window_bits";
    private static final String SERVER_NO_TAKEOVER = "server_no_context_takeover";
    private static final String CLIENT_NO_TAKEOVER = "client_no_context_takeover";
    private static final String AGREED = NAME + "; " + SERVER_NO_TAKEOVER + "; " + CLIENT_NO_TAKEOVER;

    /* zlib, as the JDK has it, knows no other. */
    private static final String WINDOW = "15";

    private static final Set<String> WINDOWS = Set.of("8", "9", "10", "11", "12", "13", "14", WINDOW);

    private PerMessageDeflate() {}

    /** What is said to the first offer of a client's that can be accepted; empty if there is none. */
    public static Optional<String> accept(List<String> offers) {
        return offers.stream()
                .flatMap(field -> Stream.of(field.split(",", -1)))
                .map(PerMessageDeflate::answer)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> answer(String offer) {
        List<String> parts = Arrays.stream(offer.split(";", -1))
                .map(part -> part.strip().toLowerCase(Locale.ROOT))
                .toList();
        List<String> parameters = parts.subList(1, parts.size());
        if (!parts.get(0).equals(NAME) || !areUnique(parameters)) {
            return Optional.empty();
        }
        if (!parameters.stream().allMatch(PerMessageDeflate::isAcceptable)) {
            return Optional.empty();
        }
        boolean asksForWindow =
                parameters.stream().anyMatch(parameter -> nameOf(parameter).equals(SERVER_WINDOW));
        return Optional.of(asksForWindow ? AGREED + "; " + SERVER_WINDOW + "=" + WINDOW : AGREED);
    }

    private static boolean areUnique(List<String> parameters) {
        Set<String> names = new HashSet<>();
        return parameters.stream().map(PerMessageDeflate::nameOf).allMatch(names::add);
    }

    private static boolean isAcceptable(String parameter) {
        Optional<String> value = valueOf(parameter);
        return switch (nameOf(parameter)) {
            case SERVER_NO_TAKEOVER, CLIENT_NO_TAKEOVER -> value.isEmpty();
            case SERVER_WINDOW -> value.equals(Optional.of(WINDOW));
            case CLIENT_WINDOW -> value.isEmpty() || WINDOWS.contains(value.get());
            default -> false;
        };
    }

    private static String nameOf(String parameter) {
        return parameter.split("=", 2)[0].strip();
    }

    /* RFC 6455, 9.1: a value may stand in quotes. */
    private static Optional<String> valueOf(String parameter) {
        int equals = parameter.indexOf('=');
        if (equals < 0) {
            return Optional.empty();
        }
        String value = parameter.substring(equals + 1).strip();
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return Optional.of(quoted ? value.substring(1, value.length() - 1) : value);
    }
}
