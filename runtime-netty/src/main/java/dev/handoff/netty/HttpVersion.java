package dev.handoff.netty;

/** A version of HTTP that is spoken here. */
public enum HttpVersion {
    /** One request a connection, unless both sides say otherwise. Source: RFC 9112, appendix C.2. */
    HTTP_1_0("HTTP/1.0"),
    /** One request after the other on a connection. Source: RFC 9112. */
    HTTP_1_1("HTTP/1.1"),
    /** Many requests at a time on a connection, each a stream of it. Source: RFC 9113. */
    HTTP_2("HTTP/2");

    private final String text;

    HttpVersion(String text) {
        this.text = text;
    }

    /** As it is written: {@code HTTP/1.1}. */
    @Override
    public String toString() {
        return text;
    }
}
