package dev.handoff.netty.websocket;

/** Why a WebSocket is closed. Source: RFC 6455, section 7.4, and the registry that it founded. */
final class WebSocketCodes {
    static final int PROTOCOL_ERROR = 1002;

    /** A close frame without a code. Never sent. */
    static final int NONE = 1005;

    /** An end without a close frame. Never sent. */
    static final int ABNORMAL = 1006;

    static final int AGAINST_POLICY = 1008;
    static final int TOO_BIG = 1009;
    static final int SERVER_FAILED = 1011;
    static final int RESTARTS = 1012;

    private WebSocketCodes() {}

    /** Whether a close frame may have this code. */
    static boolean maySend(int code) {
        return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    }
}
