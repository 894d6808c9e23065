package dev.handoff.sample.client;

import java.util.Map;

/**
 * A complete answer.
 *
 * @param headers names ignore case
 * @param text the body, read as UTF-8
 */
public record Answer(int status, Map<String, String> headers, String text) {
    public String header(String name) {
        return headers.getOrDefault(name, "");
    }

    /** Whether the server ends the connection after it. */
    boolean endsConnection() {
        return header("Connection").equalsIgnoreCase("close");
    }

    void mustBe(String expected) throws WrongAnswer {
        if (status != 200 || !text.equals(expected)) {
            throw new WrongAnswer("expected 200 with '" + expected + "', got " + status + " with '" + text + "'");
        }
    }
}
