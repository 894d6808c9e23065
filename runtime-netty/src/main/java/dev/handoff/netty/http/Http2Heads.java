package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.handoff.netty.HttpVersion;
import dev.handoff.netty.http.FriendAccess.OfHeaders;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes of the fields of one HEADERS frame what the head of the same request would say in HTTP/1.1; of an extended CONNECT a GET
 * that asks for an upgrade, for which no other request of HTTP/2 can ask. What the codec has checked is not checked again: the
 * names, and which pseudo-header fields there are. Source: RFC 9113, sections 8.2 and 8.3; RFC 8441, section 4.
 */
final class Http2Heads {
    private static final int MAX_LENGTH_DIGITS = 18;
    private static final AsciiString PROTOCOL = AsciiString.cached(":protocol");
    private static final String WEB_SOCKET = "websocket";

    private final Http2Headers fields;
    private final boolean whole;
    private final ByteArrayOutputStream block = new ByteArrayOutputStream(256);
    private int[] slots = new int[16 * OfHeaders.SLOTS_PER_FIELD];
    private int count;
    private @Nullable String host;
    private @Nullable StringBuilder cookies;
    private long contentLength = -1;
    private boolean expectsContinue;
    private boolean tunnel;

    private Http2Heads(Http2Headers fields, boolean whole) {
        this.fields = fields;
        this.whole = whole;
    }

    /** A request that is malformed: its stream is reset, for no server should answer it. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * The head that these fields are.
     *
     * @param whole whether no body follows
     * @param maxLine bytes of the target
     * @throws Malformed if it is no request
     * @throws HttpFailure if it is one that cannot be answered otherwise: 400, 414, 417 or 501
     */
    static RequestHead parse(Http2Headers fields, boolean whole, int maxLine) throws Malformed {
        return new Http2Heads(fields, whole).parse(maxLine);
    }

    private RequestHead parse(int maxLine) throws Malformed {
        String method = method();
        String path = pseudo(fields.path(), ":path");
        pseudo(fields.scheme(), ":scheme");
        CharSequence authority = fields.authority();
        if (authority != null) {
            addHost(authority.toString());
        }
        for (Map.Entry<CharSequence, CharSequence> field : fields) {
            if (field.getKey().charAt(0) != ':') {
                note(field.getKey(), field.getValue());
            }
        }
        if (host == null) {
            throw new Malformed("a request names its host");
        }
        if (cookies != null) {
            add("cookie", cookies);
        }
        if (path.length() > maxLine) {
            throw new HttpFailure(414, "the target of the request is longer than " + maxLine + " bytes");
        }
        return new RequestHead(
                method,
                target(method, path),
                FriendAccess.HEADERS
                        .get()
                        .of(block.toByteArray(), 0, block.size(), Arrays.copyOf(slots, slots.length), count),
                Math.max(0, contentLength),
                !whole && !tunnel,
                HttpVersion.HTTP_2,
                true,
                expectsContinue);
    }

    private String method() throws Malformed {
        String method = pseudo(fields.method(), ":method");
        for (int i = 0; i < method.length(); i++) {
            if (!Ascii.isToken((byte) method.charAt(i))) {
                throw new Malformed("a method is a token");
            }
        }
        CharSequence protocol = fields.get(PROTOCOL);
        if (method.equals("CONNECT")) {
            return connect(protocol);
        }
        if (protocol != null) {
            throw new Malformed("only CONNECT has a field :protocol");
        }
        return method;
    }

    private String connect(@Nullable CharSequence protocol) throws Malformed {
        if (protocol == null) {
            throw new HttpFailure(501, "this server is no proxy");
        }
        if (!AsciiString.contentEqualsIgnoreCase(protocol, WEB_SOCKET)) {
            throw new HttpFailure(501, "of the protocols that CONNECT may ask for only websocket is spoken here");
        }
        tunnel = true;
        add("upgrade", WEB_SOCKET);
        add("connection", "Upgrade");
        return "GET";
    }

    private static String pseudo(@Nullable CharSequence value, String name) throws Malformed {
        if (value == null || value.length() == 0) {
            throw new Malformed("a request has a field " + name + " that is not empty");
        }
        return value.toString();
    }

    private static RequestTarget target(String method, String path) {
        boolean plain = true;
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) > 0x7e || !Ascii.isTarget((byte) path.charAt(i))) {
                throw HttpFailure.badRequest("the target of the request holds a character that may not stand there");
            }
            plain &= Ascii.isPlainPath((byte) path.charAt(i));
        }
        if (path.charAt(0) != '/' && !(path.equals("*") && method.equals("OPTIONS"))) {
            throw HttpFailure.badRequest("the target of the request is not a path");
        }
        return plain && path.charAt(0) == '/' ? RequestTarget.plain(path) : RequestTarget.parse(method, path);
    }

    private void note(CharSequence name, CharSequence value) throws Malformed {
        if (AsciiString.contentEquals(name, "cookie")) {
            noteCookie(value);
        } else if (AsciiString.contentEquals(name, "host")) {
            addHost(value.toString());
        } else if (AsciiString.contentEquals(name, "expect")) {
            noteExpectation(value);
            add(name, value);
        } else if (AsciiString.contentEquals(name, "content-length")) {
            noteContentLength(value);
            add(name, value);
        } else {
            add(name, value);
        }
    }

    /* RFC 9113, 8.2.3: a client may split what is one field in HTTP/1.1. */
    private void noteCookie(CharSequence value) {
        if (cookies == null) {
            cookies = new StringBuilder().append(value);
        } else {
            cookies.append("; ").append(value);
        }
    }

    /* RFC 9113, 8.3.1: what the authority says is what Host says, or two servers could serve two hosts. */
    private void addHost(String named) throws Malformed {
        if (host != null && !host.equalsIgnoreCase(named)) {
            throw new Malformed("a request names one host");
        }
        if (!Authority.isValid(named)) {
            throw new Malformed("the authority is not a host, or a host and a port");
        }
        if (host == null) {
            host = named;
            add("host", named);
        }
    }

    private void noteExpectation(CharSequence value) {
        if (!AsciiString.contentEqualsIgnoreCase(value, "100-continue")) {
            throw new HttpFailure(417, "of the expectations only 100-continue is known here");
        }
        expectsContinue = true;
    }

    private void noteContentLength(CharSequence value) throws Malformed {
        if (tunnel) {
            throw new Malformed("what follows a CONNECT has no length");
        }
        if (contentLength >= 0 || value.length() == 0) {
            throw new Malformed("a request has one content-length, which is a number");
        }
        long length = 0;
        for (int i = 0; i < value.length(); i++) {
            char digit = value.charAt(i);
            if (digit < '0' || digit > '9') {
                throw new Malformed("a content-length is a number");
            }
            length = i < MAX_LENGTH_DIGITS ? length * 10 + digit - '0' : Long.MAX_VALUE;
        }
        contentLength = length;
    }

    private void add(CharSequence name, CharSequence value) throws Malformed {
        int slot = count++ * OfHeaders.SLOTS_PER_FIELD;
        if (slot == slots.length) {
            slots = Arrays.copyOf(slots, 2 * slot);
        }
        slots[slot] = block.size();
        block.writeBytes(name.toString().getBytes(ISO_8859_1));
        slots[slot + 1] = block.size();
        block.write(':');
        block.write(' ');
        slots[slot + 2] = block.size();
        block.writeBytes(checked(value).getBytes(ISO_8859_1));
        slots[slot + 3] = block.size();
        block.write('\r');
        block.write('\n');
    }

    private static String checked(CharSequence value) throws Malformed {
        String text = value.toString().strip();
        for (int i = 0; i < text.length(); i++) {
            if (!Ascii.isFieldValue((byte) text.charAt(i))) {
                throw new Malformed("a field holds a control character");
            }
        }
        return text;
    }

    /** Whether a name is of a field that says something about the connection, which in HTTP/2 no field does. */
    static boolean isOfConnection(String name) {
        return switch (name) {
            case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade" -> true;
            default -> false;
        };
    }
}
