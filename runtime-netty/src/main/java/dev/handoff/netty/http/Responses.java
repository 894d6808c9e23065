package dev.handoff.netty.http;

import dev.handoff.netty.Response;

/** Responses with what users cannot set. */
final class Responses {
    private static final FriendAccess<FriendAccess.OfResponse> ACCESS = FriendAccess.RESPONSE;

    private Responses() {}

    /** What its body is made of. */
    static ResponseContent content(Response response) {
        return ACCESS.get().content(response);
    }

    /** The same with one more header field, be it one of ours. */
    static Response plus(Response response, String name, String value) {
        return ACCESS.get().of(response.code(), response.headers().with(name, value), content(response));
    }

    /** The same without the fields of this name. */
    static Response without(Response response, String name) {
        return ACCESS.get().of(response.code(), response.headers().without(name), content(response));
    }

    /** The same without its body. */
    static Response withoutBody(Response response) {
        return ACCESS.get().of(response.code(), response.headers(), ResponseContent.Bytes.NONE);
    }
}
