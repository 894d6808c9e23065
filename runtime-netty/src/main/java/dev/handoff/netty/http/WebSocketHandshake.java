package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.handoff.netty.HttpVersion;
import dev.handoff.netty.Response;
import dev.handoff.netty.websocket.PerMessageDeflate;
import dev.handoff.netty.websocket.WebSocketSettings;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What a request has to say to become a WebSocket: in HTTP/1.1 by RFC 6455, section 4.2; in HTTP/2 by RFC 8441, section 5, with
 * the fields that {@link Http2Heads} makes of an extended CONNECT.
 */
final class WebSocketHandshake {
    private static final String VERSION = "13";
    private static final String KEY = "Sec-WebSocket-Key";
    private static final int KEY_LENGTH = 16;
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private WebSocketHandshake() {}

    /** The answer to a request that cannot become a WebSocket; empty: this one can. */
    static Optional<Response> refusal(RequestHead head) {
        if (head.oldVersion() || !lists(head, "Upgrade", "websocket") || !lists(head, "Connection", "upgrade")) {
            return refused(upgradeRequired("here a WebSocket is spoken: ask for Upgrade: websocket"));
        }
        if (!head.headers().all("Sec-WebSocket-Version").equals(List.of(VERSION))) {
            Response upgrade = upgradeRequired("of WebSocket, version " + VERSION + " is spoken here");
            return refused(Responses.plus(upgrade, "Sec-WebSocket-Version", VERSION));
        }
        if (!head.method().equals("GET") || head.hasBody()) {
            return refused(HttpFailure.badRequest("a WebSocket is opened by a GET without a body")
                    .response());
        }
        if (head.version() != HttpVersion.HTTP_2 && !hasKey(head)) {
            return refused(HttpFailure.badRequest(
                            "a WebSocket is opened with one " + KEY + ", " + KEY_LENGTH + " bytes in base64")
                    .response());
        }
        return Optional.empty();
    }

    /** What proves to the client that it was understood. The request was of HTTP/1.1 and not refused. */
    static String accept(RequestHead head) {
        byte[] proof = (head.headers().get(KEY).orElseThrow() + GUID).getBytes(ISO_8859_1);
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(proof));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM knows SHA-1", e);
        }
    }

    /** On what terms messages are compressed; empty if they are not. */
    static Optional<String> deflate(RequestHead head, WebSocketSettings settings) {
        return settings.deflate()
                ? PerMessageDeflate.accept(head.headers().all(PerMessageDeflate.EXTENSIONS))
                : Optional.empty();
    }

    private static Optional<Response> refused(Response answer) {
        return Optional.of(answer);
    }

    /* RFC 9110, 7.8: who sends Upgrade also names it in Connection. */
    private static Response upgradeRequired(String text) {
        Response upgrade = Responses.plus(new HttpFailure(426, text).response(), "Upgrade", "websocket");
        return Responses.plus(upgrade, "Connection", "Upgrade");
    }

    private static boolean lists(RequestHead head, String name, String wanted) {
        return head.headers().all(name).stream()
                .flatMap(value -> List.of(value.split(",", -1)).stream())
                .anyMatch(element -> element.strip().equalsIgnoreCase(wanted));
    }

    private static boolean hasKey(RequestHead head) {
        List<String> keys = head.headers().all(KEY);
        try {
            return keys.size() == 1 && Base64.getDecoder().decode(keys.get(0)).length == KEY_LENGTH;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
