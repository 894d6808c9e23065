package dev.handoff.netty.http;

import dev.handoff.netty.Headers;
import dev.handoff.netty.HttpVersion;

/**
 * What the head of a request says.
 *
 * @param headers the fields
 * @param contentLength bytes of body, 0 if there is none; without meaning if it is chunked
 * @param chunked whether the body comes in chunks
 * @param version what the client speaks
 * @param keepAlive whether the client wants the connection to stay
 * @param expectsContinue whether the client waits for a word of ours before it sends the body
 */
record RequestHead(
        String method,
        RequestTarget target,
        Headers headers,
        long contentLength,
        boolean chunked,
        HttpVersion version,
        boolean keepAlive,
        boolean expectsContinue) {

    /** Stands for a head that could not be read: nothing is known but that the connection must end. */
    static final RequestHead UNREADABLE = new RequestHead(
            "", new RequestTarget("", "", ""), Headers.of(), 0, false, HttpVersion.HTTP_1_1, false, false);

    boolean hasBody() {
        return chunked || contentLength > 0;
    }

    /** Whether the client speaks HTTP/1.0. */
    boolean oldVersion() {
        return version == HttpVersion.HTTP_1_0;
    }

    /** Whether a client of HTTP/2 asks for a WebSocket: no other request of it has the field. */
    boolean isExtendedConnect() {
        return version == HttpVersion.HTTP_2 && headers.contains("Upgrade");
    }

    /** The host, perhaps with a port, that it is for; empty if it names none. */
    String authority() {
        return target.isUrl()
                ? RequestTarget.hostFor(target.text())
                : headers.get("Host").orElse("");
    }

    /** The request as log lines name it. */
    String shown() {
        return method + " " + target.text();
    }

    boolean isHead() {
        return method.equals("HEAD");
    }
}
