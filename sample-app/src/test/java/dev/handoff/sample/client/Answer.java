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
    /** Before there was one. */
    static final Answer NONE = new Answer(0, Map.of(), "");

    private static final Pattern TIMEOUT = Pattern.compile("timeout=(\\d+)");
    private static final Pattern PID = Pattern.compile("\"pid\":(\\d+)");

    public String header(String name) {
        return headers.getOrDefault(name, "");
    }

    /** The number of the worker that gave it; 0 from a server that does not say. */
    public int worker() throws WrongAnswer {
        return (int) number("Handoff-Worker", 0);
    }

    /** How many answers its connection has had before; what is given if the server does not count. */
    long served(long unless) throws WrongAnswer {
        return number("Handoff-Served", unless);
    }

    /** How long the server keeps the connection open for another request, in seconds. */
    int keptSeconds() throws WrongAnswer {
        Matcher seconds = TIMEOUT.matcher(header("Keep-Alive"));
        if (!seconds.matches()) {
            throw new WrongAnswer("expected how long the connection is kept, got '" + header("Keep-Alive") + "'");
        }
        return Integer.parseInt(seconds.group(1));
    }

    private long number(String name, long unless) throws WrongAnswer {
        String value = header(name);
        try {
            return value.isEmpty() ? unless : Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new WrongAnswer("expected a number in " + name + ", got '" + value + "'");
        }
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
