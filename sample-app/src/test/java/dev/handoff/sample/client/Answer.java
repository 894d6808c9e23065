package dev.handoff.sample.client;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A complete answer.
 *
 * @param headers names ignore case
 * @param text the body, read as UTF-8
 */
public record Answer(int status, Map<String, String> headers, String text) {
    private static final Pattern PID = Pattern.compile("\"pid\":(\\d+)");

    public String header(String name) {
        return headers.getOrDefault(name, "");
    }

    /** Whether the server ends the connection after it. */
    boolean endsConnection() {
        return header("Connection").equalsIgnoreCase("close");
    }

    /** The process id in an answer of {@code /info}. */
    public long pid() throws WrongAnswer {
        Matcher pid = PID.matcher(text);
        if (!pid.find()) {
            throw new WrongAnswer("expected a process id, got '" + text + "'");
        }
        return Long.parseLong(pid.group(1));
    }

    void mustBe(String expected) throws WrongAnswer {
        if (status != 200 || !text.equals(expected)) {
            throw new WrongAnswer("expected 200 with '" + expected + "', got " + status + " with '" + text + "'");
        }
    }
}
