package dev.handoff.netty.http;

import dev.handoff.netty.Response;

/**
 * A request that is answered with an error status of ours. It carries no stack trace: a client that sends nonsense must not make us
 * walk ours, and the message says what was wrong.
 */
final class HttpFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    HttpFailure(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    static HttpFailure badRequest(String message) {
        return new HttpFailure(400, message);
    }

    int status() {
        return status;
    }

    Response response() {
        return Response.text(getMessage() + "\n").withStatus(status);
    }
}
