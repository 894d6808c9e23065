package dev.handoff.netty.http;

import dev.handoff.netty.Response;
import dev.handoff.netty.websocket.ZlibPool;
import java.util.Locale;

/**
 * Chooses which responses are compressed. Whether one may be depends on the response and its length alone, and is told to caches by
 * {@code Vary}; whether it is, on the client. Immutable. Source: RFC 9110, sections 8.4 and 12.5.3.
 */
final class Compression {
    private static final String ACCEPT_ENCODING = "Accept-Encoding";
    private static final String CACHE_CONTROL = "Cache-Control";
    private static final String CONTENT_ENCODING = "Content-Encoding";
    private static final String ETAG = "ETag";
    private static final String VARY = "Vary";

    private final boolean on;
    private final int minLength;

    Compression(GzipSettings settings) {
        this.on = settings.on();
        this.minLength = settings.on() ? settings.minLength() : Integer.MAX_VALUE;
    }

    /**
     * What was chosen.
     *
     * @param response with the fields that follow from it
     * @param gzip whether the body is to be compressed
     */
    record Choice(Response response, boolean gzip) {}

    /** Whether a body is too short to be looked at. The least that can be asked where nothing is compressed. */
    boolean isTooShort(long length) {
        return length < minLength;
    }

    /** For a body that is not too short, or whose length is not known yet. */
    Choice choose(RequestHead head, Response response) {
        if (!on || !isCompressible(response)) {
            return new Choice(response, false);
        }
        boolean gzip = !head.oldVersion() && AcceptEncoding.of(head).prefersGzip() && ZlibPool.DEFLATERS.isSpare();
        Response varying = varying(response);
        return new Choice(gzip ? encoded(varying) : varying, gzip);
    }

    /** Tells caches that the response depends on what the client accepts: also one that is a part of the content, or stands for it as 304 does. */
    Response varying(Response response, long length) {
        return on && !isTooShort(length) && mayBeCompressed(response) ? varying(response) : response;
    }

    private static Response varying(Response response) {
        return lists(response, VARY, ACCEPT_ENCODING, "*") ? response : Responses.plus(response, VARY, ACCEPT_ENCODING);
    }

    private static boolean isCompressible(Response response) {
        return mayBeCompressed(response) && response.code() != 206 && !ResponseEncoder.isBodiless(response);
    }

    private static boolean mayBeCompressed(Response response) {
        return isOfCompressibleType(response)
                && !response.headers().contains(CONTENT_ENCODING)
                && !lists(response, CACHE_CONTROL, "no-transform");
    }

    private static boolean isOfCompressibleType(Response response) {
        return response.headers()
                .get("Content-Type")
                .filter(MediaTypes::isCompressible)
                .isPresent();
    }

    /* What was stored of it cannot be continued by a part of the file, and is the same in meaning but not in its bytes. */
    private static Response encoded(Response response) {
        Response encoded = Responses.plus(Responses.without(response, "Accept-Ranges"), CONTENT_ENCODING, "gzip");
        return response.headers()
                .get(ETAG)
                .filter(tag -> !tag.startsWith("W/"))
                .map(tag -> Responses.plus(Responses.without(encoded, ETAG), ETAG, "W/" + tag))
                .orElse(encoded);
    }

    private static boolean lists(Response response, String name, String... wanted) {
        for (String value : response.headers().all(name)) {
            for (String element : value.split(",", -1)) {
                if (isOneOf(element.strip().toLowerCase(Locale.ROOT), wanted)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isOneOf(String element, String... wanted) {
        for (String one : wanted) {
            if (element.equalsIgnoreCase(one)) {
                return true;
            }
        }
        return false;
    }
}
